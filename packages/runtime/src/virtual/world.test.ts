import { expect, test } from "vitest"
import { MemoryLog, virtualWorld } from "./index.ts"

const never = new Promise<void>(() => {})

test("advancing moves time by so much, and runs each timer at its moment", async () => {
  const world = virtualWorld({ startTime: 1_000_000 })
  const { clock } = world.host({ name: "alice" })
  const seen: string[] = []
  clock.setTimer(2.5, () => seen.push(`${clock.monotonic()} ${clock.now()}`))
  clock.setTimer(10, () => seen.push(`${clock.monotonic()} ${clock.now()}`))
  clock.setTimer(11, () => seen.push("too late"))
  await world.advance(10)
  expect(seen).toEqual(["2.5 1000002", "10 1000010"])
  expect(world.now).toBe(10)
  expect(world.pendingEvents).toBe(1)
})

test("a day passes in no time", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "alice" })
  let ticks = 0
  const tick = (): void => {
    ticks++
    clock.setTimer(60_000, tick)
  }
  tick()
  await world.advance(86_400_000)
  expect(ticks).toBe(1441)
})

test("everything that follows from an event has run before the next", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "alice" })
  const order: string[] = []
  clock.setTimer(1, () => {
    clock.defer(() => {
      order.push("deferred")
      void deep("deferred promise")
    })
    void deep("promise")
    order.push("event")
  })
  clock.setTimer(1, () => order.push("next event"))
  const deep = async (name: string): Promise<void> => {
    for (let step = 0; step < 50; step++) await Promise.resolve()
    order.push(name)
  }
  await world.advance(1)
  expect(order).toEqual(["event", "promise", "deferred", "deferred promise", "next event"])
})

test("runUntil gives a promise's value, or rejects with its reason", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "alice" })
  const after = (ms: number) => new Promise<number>((resolve) => clock.setTimer(ms, () => resolve(ms)))
  expect(await world.runUntil(after(5_000))).toBe(5_000)
  expect(world.now).toBe(5_000)
  const failing = after(1).then(() => Promise.reject(new Error("no")))
  await expect(world.runUntil(failing)).rejects.toThrow("no")
  expect(await world.runUntil(Promise.resolve("at once"))).toBe("at once")
})

test("runUntil stops at the event that makes a condition hold", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "alice" })
  let count = 0
  const tick = (): void => {
    count++
    clock.setTimer(10, tick)
  }
  tick()
  await world.runUntil(() => count === 5)
  expect([count, world.now]).toEqual([5, 40])
})

test("what can never come is said to be so", async () => {
  const world = virtualWorld()
  await expect(world.runUntil(never)).rejects.toMatchObject({
    name: "VirtualTimeError",
    code: "idle",
    message: expect.stringContaining("the promise has not settled, and nothing is left that could change it"),
  })
  await expect(world.runUntil(() => false)).rejects.toMatchObject({ code: "idle" })
})

test("what takes too long is given up", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "alice" })
  const tick = (): void => void clock.setTimer(1_000, tick)
  tick()
  await expect(world.runUntil(never, { limitMs: 5_000 })).rejects.toMatchObject({
    code: "limit",
    message:
      "the promise has not settled after 5000 ms of virtual time; 1 events wait. Raise limitMs if it may take longer",
  })
  await expect(world.runUntilIdle({ limitMs: 5_000 })).rejects.toMatchObject({ code: "limit" })
  expect(world.now).toBe(10_000)
})

test("runUntilIdle runs all there is", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "alice" })
  let ran = 0
  clock.setTimer(5, () => clock.setTimer(5, () => ran++))
  await world.runUntilIdle()
  expect([ran, world.now, world.pendingEvents]).toEqual([1, 10, 0])
})

test.each(["setTimer", "defer"] as const)("a %s that sets itself again without end is found out", async (how) => {
  const world = virtualWorld({ turnsPerMoment: 1_000 })
  const { clock } = world.host({ name: "alice" })
  const again = (): void => {
    if (how === "defer") clock.defer(again)
    else clock.setTimer(0, again)
  }
  again()
  await expect(world.advance(1)).rejects.toMatchObject({
    code: "stuck",
    message: expect.stringContaining("time stands still at 0 ms: 1001 turns"),
  })
})

test("a world runs once at a time", async () => {
  const world = virtualWorld()
  const running = world.advance(5)
  await expect(world.advance(5)).rejects.toMatchObject({ code: "busy" })
  await running
  expect(world.now).toBe(5)
})

test("what an event throws ends the run; the world goes on with the next", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "alice" })
  const ran: string[] = []
  clock.setTimer(1, () => {
    clock.defer(() => {
      throw new Error("deferred too")
    })
    clock.defer(() => ran.push("deferred"))
    throw new Error("in a timer")
  })
  clock.setTimer(1, () => ran.push("timer"))
  await expect(world.advance(5)).rejects.toThrow("in a timer")
  await expect(world.advance(5)).rejects.toThrow("deferred too")
  await world.advance(5)
  expect(ran).toEqual(["deferred", "timer"])
})

test("cancelled timers take no room", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "alice" })
  let ran = 0
  const kept = Array.from({ length: 100 }, (_, index) => clock.setTimer(index, () => ran++))
  for (let count = 0; count < 10_000; count++) clock.setTimer(5_000, () => ran++).cancel()
  expect(world.pendingEvents).toBe(100)
  for (const timer of kept.slice(0, 90)) timer.cancel()
  for (const timer of kept.slice(0, 90)) timer.cancel()
  expect(world.pendingEvents).toBe(10)
  await world.runUntilIdle()
  expect([ran, world.now, world.pendingEvents]).toEqual([10, 99, 0])
})

test("a host's wall clock can be set; its timers and the other hosts do not notice", async () => {
  const world = virtualWorld({ startTime: 1_000 })
  const [alice, bob] = [world.host({ name: "alice" }), world.host({ name: "bob" })]
  alice.clock.stepWallTime(-400)
  await world.advance(100)
  expect([alice.clock.now(), bob.clock.now()]).toEqual([700, 1_100])
  expect([alice.clock.monotonic(), bob.clock.monotonic()]).toEqual([100, 100])
})

test("hosts have names, addresses and randomness of their own", () => {
  const world = virtualWorld({ seed: 3 })
  const alice = world.host({ name: "alice", ip: "10.1.2.3" })
  const bob = world.host({ name: "bob" })
  expect(alice.ips).toEqual(["10.1.2.3"])
  expect(world.host({ name: "carol", ip: ["10.1.2.4", "2001:DB8:0::1"] }).ips).toEqual(["10.1.2.4", "2001:db8::1"])
  expect(alice.random.bytes(8)).not.toEqual(bob.random.bytes(8))
  const again = virtualWorld({ seed: 3 }).host({ name: "bob" })
  expect(again.random.bytes(8)).not.toEqual(bob.random.bytes(8))
  expect(virtualWorld({ seed: 3 }).host({ name: "dave" }).random.bytes(8)).toEqual(
    world.host({ name: "dave" }).random.bytes(8),
  )
  expect(() => world.host({ name: "alice" })).toThrow("there is a host called alice already")
  expect(() => world.host({ name: "eve", ip: "10.1.2.3" })).toThrow("alice has the address 10.1.2.3 already")
  expect(() => world.host({ name: "eve", ip: "10.1.2" })).toThrow('"10.1.2" is not an IP address')
})

test("hosts' logs bear their names", () => {
  const log = new MemoryLog()
  virtualWorld({ log }).host({ name: "alice" }).log.child("net").info("up")
  expect(log.records).toMatchObject([{ name: "alice:net", message: "up" }])
})

test("a world tells what the programs of each host hold on to; of one that has crashed nothing is told", async () => {
  const world = virtualWorld()
  const [here, there] = [world.host({ name: "here" }), world.host({ name: "there", ip: "10.9.9.9" })]
  const address = { kind: "tcp", host: "10.9.9.9", port: 80 } as const
  const listener = await there.network.listen(address)
  await there.network.listen({ kind: "unix", path: "socket" })
  const stream = await world.runUntil(here.network.connect(address))
  here.tasks.began()
  expect(world.holdings).toEqual([
    { host: "here", streams: 1, listeners: 0, tasks: 1 },
    { host: "there", streams: 1, listeners: 2, tasks: 0 },
  ])
  here.tasks.ended()
  await Promise.all([world.runUntil(stream.close()), listener.close()])
  await world.runUntilIdle()
  expect(world.holdings).toEqual([{ host: "there", streams: 0, listeners: 1, tasks: 0 }])
  world.crash(there)
  expect(world.holdings).toEqual([])
})
