import { expect, test } from "vitest"
import { SESSION_DEFAULT } from "../index.ts"
import { RawPeer } from "../testing/raw-peer.test-kit.ts"
import { TestNet, urlOn } from "../testing/test-net.test-kit.ts"

test("a peer that is no node of this network is said so, and tried again at growing intervals", async () => {
  await using net = new TestNet()
  const host = net.host("web")
  const url = urlOn(host)
  const listener = await host.network.listen({ kind: "tcp", host: "10.0.0.1", port: 1000 })
  let visits = 0
  void (async () => {
    for await (const stream of listener) {
      visits++
      stream.readInto({ data() {}, end() {}, close() {} })
      stream.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"))
    }
  })()
  const alice = await net.node("alice", { peers: [url] })
  await net.run(alice)
  await net.world.advance(600_000)
  expect(net.said("alice")).toContain(
    `No connection to ${url}: a packet begins with 48 54 54 50, which is not this network's magic; trying again`,
  )
  // A pause is anything up to 15 s: 7.5 s on average, once they have grown.
  expect(visits).toBeGreaterThan(60)
  expect(visits).toBeLessThan(120)
  expect(alice.p2p.hosts.lists.size("black")).toBe(0)
  await net.world.runUntil(listener.close())
})

test("a peer of another version is not banned, and tried again", async () => {
  await using net = new TestNet()
  const host = net.host("old")
  const url = urlOn(host)
  const alice = await net.node("alice", { peers: [url] })
  const accepting = RawPeer.accept(url, host)
  await net.run(alice)
  const peer = await net.world.runUntil(accepting)
  peer.introduce({ version: { major: 0n, minor: 3n, patch: 0n, pre: "", build: "" } })
  await net.world.advance(10)
  expect(net.said("alice").at(-1)).toBe(
    `No connection to ${url}: the peer is "dchatd" 0.3.0, we are "dchatd" 0.4.1; trying again`,
  )
  expect(alice.p2p.hosts.lists.size("black")).toBe(0)
  await net.world.runUntil(RawPeer.accept(url, host))
})

test("a peer that is also a seed is not kept connected", async () => {
  await using net = new TestNet()
  const seed = await net.listening("seed")
  const alice = await net.node("alice", { peers: [seed.url], seeds: [seed.url] })
  await net.run(alice)
  await net.world.advance(60_000)
  expect(alice.p2p.peers()).toEqual([])
  expect(net.said("alice")).toContain(`${seed.url} is a seed: it is not kept connected as a peer`)
})

test("an address that our profiles do not allow is said once", async () => {
  await using net = new TestNet()
  const alice = await net.node("alice", { peers: ["tcp+tls://10.0.0.9:1/"] })
  await net.run(alice)
  await net.world.advance(60_000)
  expect(net.said("alice").filter((line) => line.includes("10.0.0.9"))).toEqual([
    "cannot use tcp+tls://10.0.0.9:1/: tcp+tls is not among the active profiles, or has no transport here",
  ])
})

test("a protocol whose job fails stops its channel, which is made again", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  let starts = 0
  alice.p2p.protocols.register(SESSION_DEFAULT, () => ({
    name: "ProtocolBroken",
    start(jobs) {
      if (++starts === 1) void jobs.spawn(() => Promise.reject(new Error("a bug")))
      if (starts === 2) throw new Error("another bug")
    },
  }))
  await net.run(alice)
  await net.world.advance(20_000)
  expect(starts).toBe(3)
  expect(alice.p2p.peers()).toHaveLength(1)
  const errors = net.log.records.filter(({ level }) => level === "error")
  expect(errors.map(({ message, fields }) => `${message}: ${(fields["error"] as Error).message}`)).toEqual([
    `${bob.url}: ProtocolBroken failed: a bug`,
    `Connecting to ${bob.url} failed: another bug`,
  ])
})
