import { expect, test } from "vitest"
import recording from "../fixtures/dnet-events.json" with { type: "json" }
import type { DnetEvent } from "../index.ts"
import { TestNet, urlOn, type TestNode } from "../testing/test-net.test-kit.ts"

// What an observer of a reference node saw while three nodes and a seed found one another. Ours must look the same.

interface Notification {
  readonly method?: string
  readonly params?: readonly [DnetEvent]
}

const RECORDED: readonly DnetEvent[] = recording.lines
  .filter(({ from }) => from === "server")
  .flatMap(({ text }) => (text ?? "").split("\r\n").filter((line) => line !== ""))
  .map((line) => JSON.parse(line) as Notification)
  .flatMap(({ method, params }) => (method === "dnet.subscribe_events" && params !== undefined ? params : []))

/** The names and types of what is in an event, the value of `state`, and how long a `time` is. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return typeof value
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    key === "event" || key === "state" ? inner : key === "time" ? `${String(inner).length} digits` : shapeOf(inner),
  ])
  return Object.fromEntries(entries.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)))
}

function shapesOf(events: readonly DnetEvent[]): string[] {
  return [...new Set(events.map((event) => JSON.stringify(shapeOf(event))))].toSorted()
}

/** What is wrong with the order of events. */
function disorder(events: readonly DnetEvent[]): string[] {
  const wrong: string[] = []
  const slots = new Map<number, string>()
  const inbound = new Map<number, string>()
  const sent = new Map<number, string[]>()
  let discovery = "seed"
  for (const [i, { event, info }] of events.entries()) {
    const must = (holds: boolean, what: string): void => {
      if (!holds) wrong.push(`event ${i}, ${event}: ${what}`)
    }
    if (event === "outbound_peer_discovery") {
      must((info.state === "wait") === (discovery !== "wait"), "wait and work take turns")
      discovery = info.state
    } else if (event === "outbound_slot_connecting") {
      must(slots.get(info.slot) !== "connecting", "the slot is connecting already")
      slots.set(info.slot, "connecting")
    } else if (event === "outbound_slot_connected") {
      must(slots.get(info.slot) === "connecting", "the slot was not connecting")
      must(!sent.has(info.channel_id), "after its first packet")
      slots.set(info.slot, "connected")
    } else if (event === "outbound_slot_disconnected") {
      must(slots.get(info.slot) !== undefined, "the slot was not connecting")
      slots.delete(info.slot)
    } else if (event === "outbound_slot_sleeping") {
      must(slots.get(info.slot) !== "connecting", "the slot is connecting")
    } else if (event === "inbound_connected") {
      must(!sent.has(info.channel_id), "after its first packet")
      inbound.set(info.channel_id, "open")
    } else if (event === "inbound_disconnected") {
      must(inbound.get(info.channel_id) === "open", "never connected")
      inbound.set(info.channel_id, "closed")
    } else if (event === "send" || event === "recv") {
      const { id } = info.chan
      must(inbound.get(id) !== "closed", "the channel is closed")
      const said = sent.get(id) ?? []
      sent.set(id, [...said, `${event} ${info.cmd}`])
      if (event === "send" && info.cmd === "verack") must(said.includes("recv version"), "before the version came")
      const isFirst = info.cmd === "version" || info.cmd === "verack"
      if (event === "send" && !isFirst) must(said.includes("recv verack"), `${info.cmd} before the verack came`)
    }
  }
  return wrong
}

test("the recording itself is in order", () => {
  expect(RECORDED).toHaveLength(544)
  expect(disorder(RECORDED)).toEqual([])
})

test("three nodes and a seed: the same events with the same keys and types as the reference's, in order", async () => {
  await using net = new TestNet()
  const seed = await net.listening("seed")
  const nodes: TestNode[] = []
  for (const [i, name] of ["A", "B", "C"].entries()) {
    const host = net.host(name)
    const url = urlOn(host).replace("1000", `${42_001 + i}`)
    const settings = { inboundAddrs: [url], externalAddrs: [url], seeds: [seed.url], outboundConnections: 3 }
    nodes.push(await net.node(name, settings, host))
  }
  const [a] = nodes as [TestNode]
  const watching = a.p2p.dnet.subscribe()
  const seen: DnetEvent[] = []
  const watched = (async () => {
    for await (const event of watching) seen.push(event)
  })()
  for (const node of nodes) {
    await net.run(node)
    await net.world.advance(700)
  }
  await net.world.advance(150_000)
  await net.world.runUntil((nodes[2] as TestNode).p2p.stop())
  await net.world.advance(30_000)
  watching.close()
  await watched

  expect(disorder(seen)).toEqual([])
  // A node that goes away fails a dial here; the recording has no such event.
  const shapes = shapesOf(seen).filter((shape) => !shape.includes("outbound_slot_disconnected"))
  expect(shapes).toEqual(shapesOf(RECORDED))
  const commands = (events: readonly DnetEvent[]) =>
    new Set(events.flatMap(({ event, info }) => (event === "send" || event === "recv" ? [`${event} ${info.cmd}`] : [])))
  expect(commands(seen)).toEqual(new Set([...commands(RECORDED)].filter((command) => !command.includes("DchatMsg"))))
})

test("a failed dial is said with the text of its error", async () => {
  await using net = new TestNet()
  const alice = await net.node("alice", { outboundConnections: 1 })
  alice.p2p.hosts.lists.store("white", [{ url: "tcp://10.9.9.9:9/", lastSeen: 5 }])
  const watching = alice.p2p.dnet.subscribe()
  await net.run(alice)
  await net.world.advance(10)
  const events: DnetEvent[] = []
  while (watching.size > 0) events.push(await watching.receive())
  watching.close()
  expect(events).toContainEqual({
    event: "outbound_slot_disconnected",
    info: { slot: 0, err: "cannot connect to tcp://10.9.9.9:9/: unreachable" },
  })
})
