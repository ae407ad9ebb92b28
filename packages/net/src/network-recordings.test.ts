import { expect, test } from "vitest"
import recording from "./fixtures/tcp-network.json" with { type: "json" }
import { Pong } from "./message/ping.ts"
import type { Settings } from "./index.ts"
import { RawPeer } from "./testing/raw-peer.test-kit.ts"
import { fromHex, inRecordedWords } from "./testing/recorded-words.test-kit.ts"
import { TestNet, type TestNode } from "./testing/test-net.test-kit.ts"

// A reference seed and three reference nodes that found one another: seed visits, probes, connections from slots. One side of
// each of these connections is played against our node, which must say what the reference's other side said.

type Side = "dialler" | "acceptor"

interface Packet {
  /** Seconds since the connection was made. */
  readonly t: number
  readonly from: string
  readonly command: string
  readonly message: object
  readonly hex: string
}

/** What a connection was made for. */
type Purpose = "seed visit" | "probe" | "slot"

/** The first half second holds all that is said at the beginning; the heartbeat is tested elsewhere. */
const FIRST_S = 0.5

const LINKS = recording.connections
  .map(({ link, packets }, index) => {
    const beginning: readonly Packet[] = packets.filter(({ t }) => t < FIRST_S)
    const said = (side: Side) => beginning.filter(({ from }) => from === side).map(({ command }) => command)
    const isProbe = said("dialler").length === 2
    const purpose: Purpose = link === "to seed" ? "seed visit" : isProbe ? "probe" : "slot"
    return { index, purpose, packets: beginning, isWhole: said("acceptor").length > 1 }
  })
  // Two dials reached a node that was gone.
  .filter(({ isWhole }) => isWhole)

const URL_OF_OURS = "tcp://10.0.0.1:1000/"
const URL_OF_PEER = "tcp://10.0.0.2:2000/"

/** What the reference's seed daemon can dial. */
const OF_A_SEED = ["tcp", "tcp+tls", "tor", "tor+tls", "i2p", "i2p+tls"]

/** What our node is set to, to be what the recorded side was. */
function settingsFor(side: Side, purpose: Purpose): Partial<Settings> {
  const listening = { inboundAddrs: [URL_OF_OURS], externalAddrs: [URL_OF_OURS], outboundConnections: 3 }
  if (purpose === "seed visit") {
    return side === "acceptor"
      ? { ...listening, externalAddrs: [], outboundConnections: 0, activeProfiles: OF_A_SEED }
      : { ...listening, seeds: [URL_OF_PEER] }
  }
  if (purpose === "slot" || side === "acceptor") return listening
  return { ...listening, outboundConnections: 0, greylistRefineryInterval: 1 }
}

/** A packet without what is different each time, and what depends on who else is known and who was recorded. */
function essence(command: string, message: object): string {
  if (command === "addr" || command === "ping" || command === "pong") return command
  const text = JSON.stringify({ ...message, timestamp: 0 })
  return `${command} ${text.replace(/"tcp:[^"]*"/g, '"url"').replace('"ext_send_addr":["url"]', '"ext_send_addr":[]')}`
}

async function play(net: TestNet, side: string, packets: readonly Packet[], peer: RawPeer): Promise<void> {
  const start = net.world.now
  let pongs = 0
  for (const { t, from, command, hex } of packets) {
    if (from !== side || peer.closedAt !== undefined) continue
    await net.world.advance(Math.max(0, start + t * 1000 - net.world.now))
    if (command === "pong") {
      // The recorded nonce answers another ping than ours.
      const pings = () => peer.seen.filter((packet) => packet.command === "ping")
      await net.world.runUntil(() => pings().length > pongs || peer.closedAt !== undefined)
      peer.send(Pong, (pings()[pongs++]?.value ?? { nonce: 0 }) as { nonce: number })
    } else {
      peer.sendBytes(fromHex(hex))
    }
  }
  await net.world.advance(100)
}

/** Our node is dialled by the peer, or dials it. */
async function connect(net: TestNet, side: Side, purpose: Purpose): Promise<{ node: TestNode; peer: RawPeer }> {
  const [host, peerHost] = [net.host("node"), net.host("peer")]
  const node = await net.node("node", settingsFor(side, purpose), host)
  if (side === "acceptor") {
    await net.run(node)
    return { node, peer: await net.world.runUntil(RawPeer.dial(URL_OF_OURS, peerHost)) }
  }
  const accepting = RawPeer.accept(URL_OF_PEER, peerHost)
  if (purpose !== "seed visit") {
    node.p2p.hosts.lists.store(purpose === "probe" ? "grey" : "white", [{ url: URL_OF_PEER, lastSeen: 5 }])
  }
  void node.p2p.start().then(() => node.p2p.run())
  return { node, peer: await net.world.runUntil(accepting) }
}

test("the recording has 26 seed visits, 6 probes and 7 connections from slots", () => {
  const count = (purpose: Purpose) => LINKS.filter((link) => link.purpose === purpose).length
  expect([count("seed visit"), count("probe"), count("slot")]).toEqual([26, 6, 7])
})

const CASES = LINKS.flatMap((link) => [
  { ...link, ours: "dialler" as const, theirs: "acceptor" as const },
  { ...link, ours: "acceptor" as const, theirs: "dialler" as const },
])

test.each(CASES)("connection $index, a $purpose: our node is the $ours", async ({ packets, purpose, ours, theirs }) => {
  await using net = new TestNet()
  const { node, peer } = await connect(net, ours, purpose)
  await play(net, theirs, packets, peer)

  // Who probes closes at once, so that it was not recorded what else the other side had to say.
  const isCut = purpose === "probe" && ours === "acceptor"
  const said = peer.seen.map(({ command, value }) => essence(command, inRecordedWords(value)))
  const recorded = packets.filter(({ from }) => from === ours).map(({ command, message }) => essence(command, message))
  if (isCut) expect(said).toEqual(expect.arrayContaining(recorded))
  else expect(said.toSorted()).toEqual(recorded.toSorted())
  expect(node.p2p.hosts.lists.size("black")).toBe(0)
})
