import { expect, test } from "vitest"
import recording from "./fixtures/tcp-manual-chat.json" with { type: "json" }
import { Pong } from "./message/ping.ts"
import { RawPeer } from "./testing/raw-peer.test-kit.ts"
import { fromHex, inRecordedWords } from "./testing/recorded-words.test-kit.ts"
import { relay, type RelayedPacket } from "./testing/relay.test-kit.ts"
import { DchatMsg, TestNet, type TestNode } from "./testing/test-net.test-kit.ts"

// The connection of two reference nodes: handshake, addresses, chat both ways, two heartbeats. Ours must say the same.

type Side = "dialler" | "acceptor"

interface Packet {
  /** Seconds since the connection was made. */
  readonly t: number
  readonly from: Side
  readonly command: string
  readonly message: Readonly<Record<string, unknown>>
}

const [link] = recording.connections
const RECORDED = (link?.packets ?? []).map(({ t, from, command, message }): Packet => ({
  t,
  from: from as Side,
  command,
  message: message as Packet["message"],
}))
const LONG = "x".repeat(100_000)

/** A packet of ours as the recorder would have written it down. */
function asRecorded({ t, from, command, value }: RelayedPacket): Packet {
  return { t: t / 1000, from, command, message: inRecordedWords(value) }
}

/** A packet without what is different each time: nonces, times and addresses. */
function essence({ from, command, message }: Packet): string {
  const fields = Object.entries(message).map(([name, field]) => {
    if (name === "nonce" || name === "timestamp") return [name, "any"]
    if (name === "msg" && String(field).startsWith("xxxx")) return [name, "100,000 x"]
    return [name, JSON.parse(JSON.stringify(field).replace(/tcp:[^"]*/g, "url"))]
  })
  return JSON.stringify([from, command, Object.fromEntries(fields)])
}

/** What is wrong with the order of the packets: nobody may speak before it is its turn. */
function disorder(packets: readonly Packet[]): string[] {
  const wrong: string[] = []
  const other = (side: Side): Side => (side === "dialler" ? "acceptor" : "dialler")
  for (const [i, { from, command, message }] of packets.entries()) {
    const before = packets.slice(0, i)
    const said = (side: Side, what: string) => before.filter((one) => one.from === side && one.command === what)
    const must = (holds: boolean, what: string) => {
      if (!holds) wrong.push(`packet ${i}, ${command} of the ${from}: ${what}`)
    }
    if (command === "version") {
      must(
        before.every((one) => one.from !== from),
        "not the first",
      )
    } else if (command === "verack") {
      must(said(other(from), "version").length === 1, "before the other's version")
    } else {
      must(said(other(from), "verack").length === 1, "before the other's verack")
      must(said(from, "verack").length === 1, "before the own verack")
    }
    if (command === "pong") {
      must(said(other(from), "ping").at(-1)?.message["nonce"] === message["nonce"], "not the nonce of the last ping")
    }
    if (command === "addr") must(said(other(from), "getaddr").length > said(from, "addr").length, "unasked")
  }
  return wrong
}

/** Sends the chat of the recording from our nodes, at its times. */
async function chat(net: TestNet, start: number, nodes: Readonly<Partial<Record<Side, TestNode>>>): Promise<void> {
  for (const { t, from, command, message } of RECORDED) {
    const node = nodes[from]
    if (command !== "DchatMsg" || node === undefined) continue
    await net.world.advance(start + t * 1000 - net.world.now)
    const msg = String(message["msg"])
    await node.p2p.broadcast(DchatMsg, { msg: msg.startsWith("xxxx") ? LONG : msg })
  }
  await net.world.advance(start + 65_000 - net.world.now)
}

test("the recording itself is in order", () => {
  expect(RECORDED).toHaveLength(30)
  expect(disorder(RECORDED)).toEqual([])
})

test("two nodes of ours say what two reference nodes say: the same packets, the same fields, in order, at the same times", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob", { externalAddrs: ["tcp://10.0.0.1:1000/"] })
  const packets = await relay("tcp://10.0.0.2:2000/", bob.url, net.host("relay"))
  const alice = await net.node("alice", { peers: ["tcp://10.0.0.2:2000/"] })
  const start = net.world.now
  await net.run(alice)
  await chat(net, start, { dialler: alice, acceptor: bob })

  const ours = packets.map(asRecorded)
  expect(ours.map(essence).toSorted()).toEqual(RECORDED.map(essence).toSorted())
  expect(disorder(ours)).toEqual([])
  const seconds = (list: readonly Packet[]) =>
    list.map(({ t, from, command }) => `${Math.round(t)} s ${from} ${command}`)
  expect(seconds(ours).toSorted()).toEqual(seconds(RECORDED).toSorted())
  expect(bob.inbox).toEqual(["hello", "", "käse 🧀 漢字", 'line\nbreak\u0000nul "quote"', LONG])
  expect(alice.inbox).toEqual(bob.inbox)
})

/** Plays one side of the recording against a node of ours, which sends the other side's chat. */
async function replay(net: TestNet, side: Side, peer: RawPeer, node: TestNode): Promise<void> {
  const start = net.world.now
  let pongs = 0
  for (const { t, from, command, message, hex } of link?.packets ?? []) {
    await net.world.advance(Math.max(0, start + t * 1000 - net.world.now))
    const msg = "msg" in message ? message.msg.replace(/^xxxx.*$/, LONG) : ""
    if (from !== side) {
      if (command === "DchatMsg") await node.p2p.broadcast(DchatMsg, { msg })
    } else if (command === "pong") {
      // The recorded nonce answers another ping than ours.
      const pings = () => peer.seen.filter((packet) => packet.command === "ping")
      await net.world.runUntil(() => pings().length > pongs)
      peer.send(Pong, pings()[pongs++]?.value as { nonce: number })
    } else if (hex.includes("...")) {
      peer.send(DchatMsg, { msg })
    } else {
      peer.sendBytes(fromHex(hex))
    }
  }
  await net.world.advance(5000)
}

test.each(["dialler", "acceptor"] as const)(
  "a recorded %s gets from our node what it got from the reference",
  async (side) => {
    await using net = new TestNet()
    const [host, peerHost] = [net.host("node"), net.host("peer")]
    const [url, peerUrl] = ["tcp://10.0.0.1:1000/", "tcp://10.0.0.2:2000/"]
    const settings = side === "dialler" ? { inboundAddrs: [url], externalAddrs: [url] } : { peers: [peerUrl] }
    const node = await net.node("node", settings, host)
    const accepting = side === "acceptor" ? RawPeer.accept(peerUrl, peerHost) : undefined
    await net.run(node)
    const peer = await net.world.runUntil(accepting ?? RawPeer.dial(url, peerHost))
    await replay(net, side, peer, node)

    const from = side === "dialler" ? "acceptor" : "dialler"
    const ours = peer.seen.map((packet) => asRecorded({ from, ...packet }))
    const theirs = RECORDED.filter((packet) => packet.from === from)
    expect(ours.map(essence).toSorted()).toEqual(theirs.map(essence).toSorted())
    expect(peer.closedAt).toBeUndefined()
    expect(node.inbox).toEqual(recording.recvA.slice(1, 5).concat(LONG))
  },
)
