import { expect, test } from "vitest"
import { Journal, type ChannelEnd } from "../journal.ts"
import { Trace } from "../trace/trace.ts"
import { onlyGuiltyBanned } from "./bans.ts"
import { chatArrives, floodArrives } from "./delivery.ts"
import { reachable, stableLinks } from "./stable.ts"
import type { Judge, JudgedNetwork } from "./judge.ts"

/** A record of three nodes in a row, 0 - 1 - 2, that were connected at 0 ms; time is set by hand. */
function record() {
  let now = 0
  const journal = new Journal(3, () => now, new Trace(() => now))
  const end = (index: number, peerIndex: number): ChannelEnd => ({
    node: `node-${index}`,
    index,
    peer: `node-${peerIndex}`,
    peerIndex,
    session: "manual",
  })
  const at = (moment: number): Journal => {
    now = moment
    return journal
  }
  for (const [a, b] of [
    [0, 1],
    [1, 2],
  ] as const) {
    journal.up(end(a, b))
    journal.up(end(b, a))
  }
  const nodes = [0, 1, 2].map((index) => ({ name: `node-${index}` }))
  const ask = (judge: Judge) =>
    judge.judge({ journal, nodes, now, isGuilty: (name: string) => name === "evil-0" } as unknown as JudgedNetwork)
  return { journal, at, end, ask }
}

test("a link counts if it lasts for a minute from the message on, as both ends see it", () => {
  const { at, end, journal } = record()
  at(70_000).down(end(1, 2), "lost")
  expect(stableLinks(journal, 3, 5000)).toEqual([[1], [0, 2], [1]])
  expect(stableLinks(journal, 3, 10_000)).toEqual([[1], [0], []])
  expect(reachable([[1], [0], []], 0)).toEqual(new Set([0, 1]))
})

test("a flooded message that reaches the end of the row is well, one that does not is missed", () => {
  const { at, end, ask } = record()
  at(1000).sent("flood", "m", "node-0", 0)
  at(1100).arrived("flood", "m", end(1, 0))
  at(20_000)
  expect(ask(floodArrives)).toEqual([])
  at(61_000)
  expect(ask(floodArrives)).toEqual([`"m", sent at 1000 ms, did not reach node-2`])
})

test("a message that came too late was missed", () => {
  const { at, end, ask } = record()
  at(1000).sent("chat", "m", "node-0", 0)
  at(62_000).arrived("chat", "m", end(1, 0))
  expect(ask(chatArrives)).toEqual([`"m", sent at 1000 ms, did not reach node-1`])
})

test("a chat message that is shown twice is one too many", () => {
  const { at, end, ask } = record()
  at(1000).sent("chat", "m", "node-0", 0)
  at(1100).arrived("chat", "m", end(1, 0))
  at(1200).arrived("chat", "m", end(1, 0))
  at(90_000)
  expect(ask(chatArrives)).toEqual([`"m" was shown again to somebody who had seen it, 1 times`])
})

test("who bans an honest node is named, who bans an adversary is not", () => {
  const { at, ask } = record()
  at(5).banned("node-0", "evil-0", "garbage")
  expect(ask(onlyGuiltyBanned)).toEqual([])
  at(6).banned("node-0", "node-1", "a mistake")
  expect(ask(onlyGuiltyBanned)).toEqual(["node-0 banned node-1 at 6 ms: a mistake"])
})
