import { expect, test } from "vitest"
import { Addr } from "../message/address.ts"
import { Pong } from "../message/ping.ts"
import { RawPeer } from "../testing/raw-peer.test-kit.ts"
import { DchatMsg, TestNet } from "../testing/test-net.test-kit.ts"

const SEED = "tcp://10.0.0.1:1000/"

test("a seed's channel is in the list after the version exchange and gone when the visit has ended", async () => {
  await using net = new TestNet()
  const seed = await net.listening("seed")
  const alice = await net.node("alice", { seeds: [SEED] })
  const starting = alice.p2p.start()
  expect(net.said("alice")).not.toContain("Asking 1 seed for peers")
  await net.world.advance(0)
  // Before anything has come of it.
  expect(net.said("alice").at(-1)).toBe("Asking 1 seed for peers")
  const seen = new Set<string>()
  await net.world.runUntil(() => {
    for (const { session, version } of alice.p2p.channels()) seen.add(`${session} ${version?.appName ?? "?"}`)
    return alice.p2p.state === "started"
  })
  await starting
  expect([...seen]).toEqual(["seed dchatd"])
  expect(alice.p2p.channels()).toEqual([])
  expect(alice.p2p.peers()).toEqual([])
  await net.world.advance(10)
  expect(seed.p2p.channels()).toEqual([])
  expect(net.said("alice")).toContain(`Seed ${SEED} knows 0 addresses, 0 of them new to us`)
})

test("a visitor says its addresses and takes those that the seed knows", async () => {
  await using net = new TestNet()
  const seed = await net.listening("seed")
  const known = "tcp://10.0.0.77:7/"
  seed.p2p.hosts.lists.store("white", [{ url: known, lastSeen: 10_000 }])
  const alice = await net.node("alice", {
    seeds: [SEED],
    externalAddrs: ["tcp://10.0.0.2:5000/?cookie=1"],
    outboundConnections: 8,
  })
  await net.world.runUntil(alice.p2p.start())
  await net.world.advance(10)
  expect(alice.p2p.hosts.lists.entries("grey")).toEqual([{ url: known, lastSeen: 10_000 - 7200 }])
  expect(seed.p2p.hosts.lists.entries("grey")).toMatchObject([{ url: "tcp://10.0.0.2:5000/" }])
})

test("the start ends when every seed has answered, failed or taken too long", async () => {
  await using net = new TestNet()
  await net.listening("seed")
  const silent = net.host("silent")
  const silentListener = await silent.network.listen({ kind: "tcp", host: "10.0.0.2", port: 1 })
  const mute = net.host("mute")
  const muteSeed = RawPeer.accept("tcp://10.0.0.3:1/", mute)

  const seeds = [SEED, "tcp://10.0.0.2:1/", "tcp://10.0.0.3:1/", "tcp://10.0.0.4:1/"]
  const alice = await net.node("alice", { seeds })
  const starting = alice.p2p.start()
  const peer = await net.world.runUntil(muteSeed)
  peer.introduce()
  await net.world.advance(100)
  peer.send(Pong, peer.seen.find(({ command }) => command === "ping")?.value as { nonce: number })
  await net.world.runUntil(starting)

  // The one that never sends addresses keeps us for longest: 15 s.
  expect(net.world.now).toBeGreaterThan(15_000)
  expect(net.world.now).toBeLessThan(16_000)
  const said = net.said("alice").filter((line) => line.includes("eed tcp"))
  expect(said).toHaveLength(4)
  expect(net.said("alice").indexOf("Asking 4 seeds for peers")).toBe(1)
  expect(said).toContainEqual(expect.stringContaining("the version exchange took too long"))
  expect(said).toContainEqual(expect.stringContaining("the seed sent no addresses within 15000 ms"))
  expect(said).toContainEqual(
    expect.stringMatching(/^No answer from seed tcp:\/\/10\.0\.0\.4:1\/: (?:refused|unreachable)$/),
  )
  await net.world.runUntil(silentListener.close())
})

test("a seed that talks of an application is not banned, and its pings are answered", async () => {
  await using net = new TestNet()
  const host = net.host("seed")
  const accepting = RawPeer.accept(SEED, host)
  const alice = await net.node("alice", { seeds: [SEED] })
  const starting = alice.p2p.start()
  const seed = await net.world.runUntil(accepting)
  seed.introduce()
  seed.send(DchatMsg, { msg: "buy" })
  await net.world.advance(100)
  expect(seed.closedAt).toBeUndefined()
  seed.send(Addr, { addrs: [["tcp://10.0.0.99:1/", 5n]] })
  await net.world.runUntil(starting)
  expect(seed.commands).toEqual(["version", "verack", "ping", "getaddr"])
  expect(alice.p2p.hosts.lists.entries("grey")).toEqual([{ url: "tcp://10.0.0.99:1/", lastSeen: 0 }])
  expect(alice.p2p.hosts.lists.size("black")).toBe(0)
  await net.world.advance(100)
  expect(seed.closedAt).toBeDefined()
})
