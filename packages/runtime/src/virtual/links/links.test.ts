import fc from "fast-check"
import { expect, test } from "vitest"
import { bytes, conversing, join, isSame, type Lab } from "../../compliance/lab.test-kit.ts"
import {
  distances,
  fixedDelay,
  Partition,
  virtualWorld,
  withBandwidth,
  withChunks,
  withHalfOpen,
  withLoss,
  withNat,
  withSilence,
  type LinkPolicy,
} from "../index.ts"

const ADDRESS = { kind: "tcp", host: "10.0.0.2", port: 80 } as const

function makeLab(links: LinkPolicy, seed: number | string = 1) {
  const world = virtualWorld({ links, seed })
  const here = world.host({ name: "here", ip: "10.0.0.1" })
  const there = world.host({ name: "there", ip: "10.0.0.2" })
  const lab: Lab = { here, there, host: "10.0.0.2", run: (scenario) => world.runUntil(scenario()) }
  return { world, here, there, lab }
}

test("each two hosts are a distance apart, the same both ways and for every connection", async () => {
  const took = async (seed: number) => {
    const { world, here, there } = makeLab(distances({ min: 20, max: 150 }), seed)
    await there.network.listen(ADDRESS)
    await here.network.listen({ ...ADDRESS, host: "10.0.0.1" })
    const times = [0, 1, 2].map(() => world.now)
    await world.runUntil(here.network.connect(ADDRESS))
    times[1] = world.now
    await world.runUntil(there.network.connect({ ...ADDRESS, host: "10.0.0.1" }))
    times[2] = world.now - (times[1] ?? 0)
    return times.slice(1)
  }
  const [first = 0, back] = await took(1)
  expect(first).toBeGreaterThanOrEqual(40)
  expect(first).toBeLessThanOrEqual(300)
  expect(back).toBeCloseTo(first, 6)
  expect((await took(2))[0]).not.toBeCloseTo(first, 6)
})

test("a host's line carries so many bytes a second, for all its connections together", async () => {
  const { world, lab, here, there } = makeLab(withBandwidth(fixedDelay(10), { bytesPerSecond: () => 1000 }))
  const first = await world.runUntil(conversing(lab))
  await there.network.listen(ADDRESS)
  const stream = await world.runUntil(here.network.connect(ADDRESS))
  const begin = world.now
  stream.write(new Uint8Array(500))
  first.client.write(new Uint8Array(500))
  await world.runUntil(() => first.atServer.length === 500)
  expect(world.now - begin).toBe(1010)
})

test("chunks are cut anywhere, and all bytes arrive in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.uint8Array({ minLength: 1, maxLength: 3000 }), async (seed, sent) => {
      const { world, lab } = makeLab(withChunks(fixedDelay(1), { percent: 100 }), seed)
      const { client, atServer } = await world.runUntil(conversing(lab))
      client.write(sent)
      client.end()
      await world.runUntil(atServer.until("end"))
      expect(isSame(join(atServer.chunks), sent)).toBe(true)
      if (sent.length > 10) expect(atServer.chunks.length).toBeLessThanOrEqual(4)
    }),
    { numRuns: 50 },
  )
})

test("a bad line breaks connections, and loses attempts to connect", async () => {
  const broken = makeLab(withLoss(fixedDelay(1), { sendOneIn: 1 }))
  const { client, atClient } = await broken.world.runUntil(conversing(broken.lab))
  client.write(bytes("hello"))
  await broken.world.runUntil(atClient.until("close"))
  expect(atClient.error?.code).toBe("reset")

  const { world, here, there } = makeLab(withLoss(fixedDelay(1), { connectOneIn: 1 }))
  await there.network.listen(ADDRESS)
  await expect(world.runUntil(here.network.connect(ADDRESS))).rejects.toMatchObject({ code: "timed-out" })
})

test("who is behind a NAT dials and cannot be dialled, but by itself", async () => {
  const { world, here, there } = makeLab(withNat(fixedDelay(1), (host) => host === "there"))
  await there.network.listen(ADDRESS)
  await here.network.listen({ ...ADDRESS, host: "10.0.0.1" })
  await expect(world.runUntil(here.network.connect(ADDRESS))).rejects.toMatchObject({ code: "timed-out" })
  await world.runUntil(there.network.connect({ ...ADDRESS, host: "10.0.0.1" }))
  await world.runUntil(there.network.connect(ADDRESS))
})

test("what is sent into a partition arrives when it heals; nobody gets through meanwhile", async () => {
  const partition = new Partition()
  const { world, here, lab } = makeLab(partition.apply(fixedDelay(10)))
  const { client, atServer } = await world.runUntil(conversing(lab))
  partition.split(["here"], ["there"])
  expect([partition.isHealed, partition.separates("here", "there"), partition.separates("here", "x")]).toEqual([
    false,
    true,
    false,
  ])
  client.write(bytes("hello"))
  const dial = here.network.connect(ADDRESS)
  await expect(world.runUntil(dial)).rejects.toMatchObject({ code: "timed-out" })
  expect(atServer.length).toBe(0)
  partition.heal()
  await world.runUntil(() => atServer.length === 5)
})

test("a connection that closes within a partition is heard of when it heals", async () => {
  const partition = new Partition()
  const { world, lab } = makeLab(partition.apply(fixedDelay(10)))
  const { client, server, atServer } = await world.runUntil(conversing(lab))
  server.write(bytes("unread by the client"))
  await world.advance(1)
  partition.split(["here"], ["there"])
  void client.close()
  await world.advance(5000)
  expect(atServer.events).toEqual([])
  partition.heal()
  await world.runUntil(() => atServer.events.length > 0)
})

test("a connection that is silent for 924 s breaks", async () => {
  let isSilent = false
  const { world, lab } = makeLab(withSilence(fixedDelay(10), () => isSilent))
  const { client, atClient } = await world.runUntil(conversing(lab))
  isSilent = true
  const begin = world.now
  client.write(bytes("hello"))
  await world.runUntil(atClient.until("close"))
  expect(atClient.error?.code).toBe("reset")
  expect(world.now - begin).toBeGreaterThanOrEqual(924_000)
  expect(world.now - begin).toBeLessThan(960_000)
})

test("a half-open connection says nothing from some moment on, and others go on", async () => {
  const { world, lab } = makeLab(withHalfOpen(fixedDelay(1), { oneIn: 1, withinMs: 1000 }))
  const { client, atServer, atClient } = await world.runUntil(conversing(lab))
  client.write(bytes("now"))
  await world.advance(1000)
  const heard = atServer.length
  client.write(bytes("later"))
  await world.advance(60_000)
  expect(atServer.length).toBe(heard)
  expect([...atServer.events, ...atClient.events]).not.toContain("close")

  const healthy = makeLab(withHalfOpen(fixedDelay(1), { oneIn: 1_000_000_000 }))
  const conversation = await healthy.world.runUntil(conversing(healthy.lab))
  await healthy.world.advance(600_000)
  conversation.client.write(bytes("later"))
  await healthy.world.runUntil(() => conversation.atServer.length === 5)
})
