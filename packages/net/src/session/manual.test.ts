import { isTimeout } from "@dchat/task"
import * as fc from "fast-check"
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
    `No connection to ${url}: a packet begins with 48 54 54 50, which is not this network's magic (7f 40 0c c9): ` +
      "it is of another network, whose magicBytes differ, or no node at all; trying again",
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
    `No connection to ${url}: the peer is "dchatd" 0.3.0, we are "dchatd" 0.4.1: ` +
      "appName and the first two numbers of appVersion must be the same on both sides; trying again",
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
    "cannot use tcp+tls://10.0.0.9:1/: tcp+tls is not among the active profiles: they are tcp; add it to activeProfiles",
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

const DEAD = "tcp://10.9.9.9:1/"

test("who waits for a peer that is not there gives up in time, and hears why it was in vain", async () => {
  await using net = new TestNet()
  const alice = await net.node("alice")
  await net.run(alice)
  const { manual } = alice.p2p.sessions
  await net.world.advance(1000)
  const events = net.world.pendingEvents
  const start = net.world.now
  const error: unknown = await net.world.runUntil(
    manual.connect(DEAD, { timeoutMs: 5000 }).catch((why: unknown) => why),
  )
  expect(net.world.now - start).toBe(5000)
  expect(error).toMatchObject({
    name: "ConnectError",
    code: "failed",
    message: expect.stringMatching(
      /^cannot connect to tcp:\/\/10\.9\.9\.9:1\/: no connection within 5000 ms; the last attempt: (?:refused|unreachable)$/,
    ) as string,
  })
  expect(isTimeout((error as Error).cause)).toBe(true)
  // Nothing is tried any more: nobody else wants it.
  await net.world.advance(20_000)
  expect(alice.p2p.hosts.stateOf(DEAD)).toBe("free")
  expect(net.world.pendingEvents).toBe(events)
})

test("a wait that is cancelled rejects with the reason, before it began too", async () => {
  await using net = new TestNet()
  const alice = await net.node("alice")
  await net.run(alice)
  const { manual } = alice.p2p.sessions
  const enough = new Error("enough")
  const controller = new AbortController()
  const waiting = manual.connect(DEAD, { signal: controller.signal, timeoutMs: 60_000 })
  const rejected = waiting.catch((why: unknown) => why)
  await net.world.advance(1234)
  controller.abort(enough)
  expect(await rejected).toBe(enough)
  await expect(manual.connect(DEAD, { signal: controller.signal })).rejects.toBe(enough)
  expect(() => manual.connect("nowhere", { timeoutMs: 1 })).toThrow("not an absolute URL")
  await expect(manual.connect(DEAD, { timeoutMs: Number.NaN })).rejects.toThrow(RangeError)
  await expect(manual.connect("tor://abc.onion:1", { timeoutMs: 1000 })).rejects.toMatchObject({
    code: "unsupported-transport",
  })
  const late = manual.connect(DEAD, { timeoutMs: 60_000 })
  const stopped = late.catch((why: unknown) => why)
  await net.world.runUntil(alice.p2p.stop())
  expect(await stopped).toMatchObject({ name: "Stopped" })
})

test("a peer is tried until all have given up who do not want it for good, and each of them in time", async () => {
  const waiter = fc.record({
    afterMs: fc.integer({ min: 0, max: 20_000 }),
    timeoutMs: fc.option(fc.integer({ min: 1, max: 40_000 }), { nil: undefined, freq: 6 }),
  })
  const cases = fc.record({
    waiters: fc.array(waiter, { minLength: 1, maxLength: 4 }),
    configured: fc.boolean(),
    comesAtMs: fc.integer({ min: 0, max: 50_000 }),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ waiters, configured, comesAtMs }) => {
      await using net = new TestNet()
      const host = net.host("bob")
      const url = urlOn(host)
      const alice = await net.node("alice", { peers: configured ? [url] : [] })
      await net.run(alice)
      const start = net.world.now
      const ends: { readonly ok: boolean; readonly waitedMs: number }[] = []
      const starting = waiters.map(async ({ afterMs, timeoutMs }, i) => {
        await new Promise<void>((resolve) => void host.clock.setTimer(afterMs, resolve))
        const from = net.world.now
        const end = (ok: boolean) => () => void (ends[i] = { ok, waitedMs: net.world.now - from })
        alice.p2p.sessions.manual.connect(url, { timeoutMs }).then(end(true), end(false))
      })
      await net.world.advance(comesAtMs)
      const bob = await net.node("bob", { inboundAddrs: [url] }, host)
      await net.run(bob)
      await net.world.advance(120_000 - (net.world.now - start))
      await Promise.all(starting)

      const isForGood = configured || waiters.some(({ timeoutMs }) => timeoutMs === undefined)
      const connected = alice.p2p.peers().length
      if (isForGood || ends.some((end) => end?.ok)) expect(connected).toBe(1)
      else expect(connected).toBe(0)
      for (const [i, { timeoutMs }] of waiters.entries()) {
        if (timeoutMs === undefined) expect(ends[i]).toMatchObject({ ok: true })
        else if (ends[i]?.ok === true) expect(ends[i].waitedMs).toBeLessThanOrEqual(timeoutMs)
        else expect(ends[i]).toEqual({ ok: false, waitedMs: timeoutMs })
      }
    }),
    { numRuns: 40 },
  )
})

test("a connection that is there stays when the wait for it has long ended, and is made again when it is lost", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice")
  await net.run(alice)
  const controller = new AbortController()
  const connecting = alice.p2p.sessions.manual.connect(bob.url, { signal: controller.signal, timeoutMs: 1000 })
  const channel = await net.world.runUntil(connecting)
  controller.abort()
  await net.world.advance(10_000)
  expect(alice.p2p.peers()).toEqual([channel])
  await net.world.runUntil(channel.stop())
  await net.world.advance(20_000)
  expect(alice.p2p.peers()).toHaveLength(1)
})
