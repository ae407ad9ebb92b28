import type { ByteStream } from "@dchat/runtime"
import type { VirtualHost } from "@dchat/runtime/virtual"
import { nodeRuntime } from "@dchat/runtime/node"
import { parseUrl } from "@dchat/wire"
import { expect, test } from "vitest"
import { makeHeart } from "../../hostile/heart.mjs"
import * as net from "../index.ts"
import { Ping, Pong } from "../message/ping.ts"
import { RawPeer } from "../testing/raw-peer.test-kit.ts"
import { DchatMsg, RECORDED, TestNet, type TestNode } from "../testing/test-net.test-kit.ts"

// Who takes all inbound places, and those who come after him (darkfi-net 12.3, 25).

const PUBLIC = { localnet: false }
const BOB = "20.1.0.1"
const URL = `tcp://${BOB}:1000/`

/** A node that listens at a public address, and is not started. */
function nodeOfBob(world: TestNet, settings: Partial<net.Settings> = {}): Promise<TestNode> {
  return world.node("bob", { ...PUBLIC, inboundAddrs: [URL], ...settings }, world.host("bob", BOB))
}

/** Connects, and does not react to anything, not even to a goodbye. */
async function deaf(host: VirtualHost): Promise<ByteStream> {
  const stream = await host.network.connect({ kind: "tcp", host: BOB, port: 1000 })
  stream.readInto({ data() {}, end() {}, close() {} })
  return stream
}

/** One host that wants all places: it opens a connection for each one that ends, and ends some itself. */
class Hammer {
  attempts = 0
  readonly #host: VirtualHost
  readonly #peers: (RawPeer | undefined)[]

  constructor(host: VirtualHost, connections: number) {
    this.#host = host
    this.#peers = Array.from({ length: connections }, () => undefined)
  }

  /** How many of its connections are open. */
  get open(): number {
    return this.#peers.filter((peer) => peer !== undefined && peer.closedAt === undefined).length
  }

  /** Every third says nothing, every third keeps its connection by answering, every third leaves soon. */
  async strike(round: number): Promise<void> {
    for (const [i, peer] of this.#peers.entries()) {
      const leaves = i % 3 === 2 && (round + i) % 20 === 0
      if (leaves) await peer?.close()
      if (peer === undefined || leaves || peer.closedAt !== undefined) {
        this.attempts++
        const next = await RawPeer.dial(URL, this.#host)
        if (i % 3 !== 0) next.introduce()
        this.#peers[i] = next
      } else {
        for (const { command, value } of peer.seen.splice(0)) if (command === Ping.command) peer.send(Pong, value as { nonce: number }) // prettier-ignore
      }
    }
  }

  async stop(): Promise<void> {
    for (const peer of this.#peers) await peer?.close()
  }
}

test("one host that takes all places, and hammers on for ten minutes, keeps nobody of another netgroup out or waiting", async () => {
  await using world = new TestNet()
  const bob = await nodeOfBob(world)
  const heartOf = (node: TestNode, knowsHonestOnly: boolean) => {
    const { clock, name } = node.host
    return makeHeart({ ...node, net, Chat: DchatMsg, name, clock, knowsHonestOnly, beatMs: 1000, chatMs: 2000 })
  }
  const hearts = [heartOf(bob, false)]
  await world.run(bob)
  const attacker = world.host("attacker", "66.6.0.1")
  const silent = await world.world.runUntil(Promise.all(Array.from({ length: 100 }, () => deaf(attacker))))
  await world.world.advance(100)

  const honest: TestNode[] = []
  for (let i = 1; i <= 7; i++) {
    const name = `honest${i}`
    const alice = await world.node(name, { ...PUBLIC, peers: [URL] }, world.host(name, `3${i}.1.0.1`))
    hearts.push(heartOf(alice, true))
    await world.run(alice)
    await world.world.advance(1000)
    // Whoever had to leave did not say goodbye, and was given half a second for it.
    expect(alice.p2p.channels()).toHaveLength(1)
    honest.push(alice)
  }
  await world.world.advance(1000)
  await Promise.all(hearts.map(({ chat }) => chat()))
  const ids = honest.map(({ p2p }) => p2p.channels()[0]?.id)

  const hammer = new Hammer(attacker, 24)
  for (let round = 0; round < 10 * 60 * 2; round++) {
    await world.world.runUntil(hammer.strike(round))
    await world.world.advance(500)
    expect(bob.p2p.channels().length).toBeLessThanOrEqual(8)
  }
  expect(hammer.attempts).toBeGreaterThan(1000)
  expect(honest.map(({ p2p }) => p2p.channels()[0]?.id)).toEqual(ids)
  for (const { pulse } of hearts.slice(1)) {
    expect(pulse).toMatchObject({ late: 0, lost: 0, doubled: 0, refused: 0, ends: [] })
    expect(pulse.beats).toBeGreaterThan(10 * 59)
  }
  const { inboundEvicted, bans } = bob.p2p.getCounters()
  expect([inboundEvicted, bans]).toEqual([7, 0])

  for (const heart of hearts) heart.stop()
  await world.world.advance(2000)
  await world.world.runUntil(Promise.all([hammer.stop(), ...silent.map((stream) => stream.close())]))
})

test("who holds places in silence, over TLS, makes room for others at once, and nothing else comes of it", async () => {
  await using world = new TestNet()
  const url = `tcp+tls://${BOB}:1000/`
  const tls = { ...PUBLIC, activeProfiles: ["tcp+tls"] }
  const bob = await world.node("bob", { ...tls, inboundAddrs: [url], inboundConnections: 4 }, world.host("bob", BOB))
  await world.run(bob)
  const attacker = world.host("attacker", "66.6.0.1")
  const silent = await world.world.runUntil(Promise.all(Array.from({ length: 6 }, () => deaf(attacker))))
  const alice = await world.node("alice", { ...tls, peers: [url] }, world.host("alice", "31.1.0.1"))
  await world.run(alice)
  await world.world.advance(1000)
  expect(alice.p2p.channels()).toHaveLength(1)
  await world.world.advance(60_000)
  expect(alice.p2p.channels()).toHaveLength(1)
  const { inboundEvicted, handshakesTimedOut, inboundRefused } = bob.p2p.getCounters()
  expect([inboundEvicted, handshakesTimedOut, inboundRefused]).toEqual([1, 5, 0])
  expect(world.log.records.filter(({ level }) => level === "error" || level === "warn")).toEqual([])
  await world.world.runUntil(Promise.all(silent.map((stream) => stream.close())))
})

test("who is banned makes nobody leave", async () => {
  await using world = new TestNet()
  const blacklist = [{ host: "66.6.0.1", schemes: ["tcp"], ports: [] }]
  const bob = await nodeOfBob(world, { inboundConnections: 2, blacklist })
  await world.run(bob)
  const [pair, banned] = [world.host("pair", "31.1.0.1"), world.host("banned", "66.6.0.1")]
  const peers = await world.world.runUntil(Promise.all([RawPeer.dial(URL, pair), RawPeer.dial(URL, pair)]))
  for (const peer of peers) peer.introduce()
  const turnedAway = await world.world.runUntil(RawPeer.dial(URL, banned))
  await world.world.advance(100)
  expect(peers.map(({ closedAt }) => closedAt)).toEqual([undefined, undefined])
  expect([turnedAway.closedAt !== undefined, turnedAway.seen]).toEqual([true, []])
})

test.each(["tcp", "tcp+tls"])(
  "over real sockets, %s: a host that has all places, and more that wait, loses one to a host of another netgroup",
  async (scheme) => {
    const runtime = nodeRuntime()
    const { network } = runtime
    const settings = { ...RECORDED, ...PUBLIC, activeProfiles: [scheme] }
    const inboundAddrs = [`${scheme}://127.0.0.1:0`]
    const bob = await net.P2p.create({ ...settings, inboundAddrs, inboundConnections: 4 }, { runtime })
    const heard = new Promise<string>((resolve) => {
      bob.protocols.register(net.SESSION_DEFAULT, (channel) => {
        const messages = channel.subscribe(DchatMsg)
        return { name: "ears", start: (jobs) => void jobs.spawn(async () => resolve((await messages.receive()).msg)) }
      })
    })
    await bob.start()
    const [url = ""] = bob.sessions.inbound.addresses
    const { port = 0 } = parseUrl(url)
    const connect = () => network.connect({ kind: "tcp", host: "127.0.0.1", port }, { localHost: "127.66.0.1" })
    const greedy = await Promise.all(Array.from({ length: 12 }, connect))
    const peers = greedy.map((stream) => new RawPeer(stream, runtime))

    const fromElsewhere: net.P2pOptions["runtime"] = {
      ...runtime,
      network: {
        connect: (address, options) => network.connect(address, { ...options, localHost: "127.77.0.1" }),
        listen: (address, options) => network.listen(address, options),
        resolve: (host, options) => network.resolve(host, options),
        upgradeTls: (stream, options) => network.upgradeTls(stream, options),
      },
    }
    const alice = await net.P2p.create(settings, { runtime: fromElsewhere })
    await alice.start()
    void alice.run()
    const channel = await alice.sessions.manual.connect(url)
    await channel.send(DchatMsg, { msg: "honest" })
    expect(await heard).toBe("honest")
    expect(bob.getCounters()).toMatchObject({ inboundEvicted: 1, inboundRefused: 0 })
    expect(peers.filter(({ closedAt }) => closedAt !== undefined)).toHaveLength(1)

    await Promise.all([alice.stop(), bob.stop()])
    await Promise.all(greedy.map((stream) => stream.closed))
  },
)
