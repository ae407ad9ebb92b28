import type { SentMessage } from "../journal.ts"
import type { Judge, JudgedNetwork } from "./judge.ts"
import { reachable, STABLE_MS, stableLinks } from "./stable.ts"

/** Of an id so many characters are shown. */
const LONGEST_ID = 60

/** A chat message reaches each honest node that has a channel to the sender and keeps it, once. */
export const chatArrives: Judge = {
  name: "a chat message reaches the sender's peers, once",
  when: "end",
  judge: (net) => [
    ...missing(net, "chat", (links, from) => links[from] ?? []),
    ...messagesOf(net, "chat")
      .filter(({ repeats }) => repeats > 0)
      .map(({ id, repeats }) => `${named(id)} was shown again to somebody who had seen it, ${repeats} times`),
  ],
}

/** A flooded message reaches each honest node to which there is a way of honest nodes and channels that last. */
export const floodArrives: Judge = {
  name: "a flooded message reaches everybody to whom there is a way",
  when: "end",
  judge: (net) => missing(net, "flood", (links, from) => reachable(links, from)),
}

/** Messages of which it is known what became of them, for all should have come by now. */
function messagesOf({ journal, now }: JudgedNetwork, kind: SentMessage["kind"]): SentMessage[] {
  return [...journal.messages.values()].filter((message) => message.kind === kind && message.at + STABLE_MS <= now)
}

function missing(
  net: JudgedNetwork,
  kind: SentMessage["kind"],
  due: (links: readonly (readonly number[])[], from: number) => Iterable<number>,
): string[] {
  return messagesOf(net, kind).flatMap(({ id, from, at, arrivals }) => {
    const links = stableLinks(net.journal, net.nodes.length, at)
    return [...due(links, from)]
      .filter((index) => index !== from && !((arrivals[index] as number) <= at + STABLE_MS))
      .map((index) => `${named(id)}, sent at ${Math.round(at)} ms, did not reach ${net.nodes[index]?.name ?? index}`)
  })
}

/** What a message is called in a sentence. */
function named(id: string): string {
  return JSON.stringify(id.length > LONGEST_ID ? `${id.slice(0, LONGEST_ID)}…` : id)
}
