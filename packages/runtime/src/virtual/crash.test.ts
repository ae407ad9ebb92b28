import { expect, test } from "vitest"
import { bytes, conversing, text, type Lab } from "../compliance/lab.test-kit.ts"
import { MemoryStore, SeededRandom, tornStore, virtualWorld } from "./index.ts"

const ADDRESS = { kind: "tcp", host: "10.0.0.2", port: 80 } as const

function makeLab() {
  const world = virtualWorld()
  const here = world.host({ name: "here", ip: "10.0.0.1" })
  const there = world.host({ name: "there", ip: "10.0.0.2" })
  const lab: Lab = { here, there, host: "10.0.0.2", run: (scenario) => world.runUntil(scenario()) }
  return { world, here, there, lab }
}

test("a crash resets the connections, and the programs of the host are told of nothing", async () => {
  const { world, there, lab } = makeLab()
  const { server, atClient, atServer } = await world.runUntil(conversing(lab))
  let ticks = 0
  there.clock.setTimer(100, () => ticks++)
  void server.closed.then(() => ticks++)
  world.crash(there)
  await world.runUntil(atClient.until("close"))
  expect(atClient.error?.code).toBe("reset")
  await world.runUntilIdle()
  expect([ticks, atServer.events]).toEqual([0, []])
})

test("of a host that falls silent nobody hears; when it is up again it resets the connections that it has forgotten", async () => {
  const { world, there, lab } = makeLab()
  const { client, atClient } = await world.runUntil(conversing(lab))
  world.crash(there, { silent: true })
  client.write(bytes("are you there?"))
  await world.advance(60_000)
  expect([atClient.events, world.pendingEvents]).toEqual([[], 1])
  world.restart(there)
  await world.runUntil(atClient.until("close"))
  expect(atClient.error?.code).toBe("reset")
})

test("what was on the way when a host fell silent is lost, and who says no more hears nothing", async () => {
  const { world, there, lab } = makeLab()
  const { client, server, atClient, atServer } = await world.runUntil(conversing(lab))
  client.write(bytes("on the way there"))
  server.write(bytes("on the way here"))
  await world.advance(0)
  world.crash(there, { silent: true })
  await world.runUntilIdle()
  expect([atClient.text, atClient.events, atServer.events]).toEqual(["on the way here", ["data"], []])
  const again = world.restart(there)
  client.end()
  await world.runUntil(atClient.until("close"))
  expect(atClient.error?.code).toBe("reset")
  await again.network.listen(ADDRESS)
})

test("to dial a host that is silent, or falls silent while the dial is on the way, takes as long as nobody answers", async () => {
  const { world, here, there } = makeLab()
  await there.network.listen(ADDRESS)
  const dials = [here.network.connect(ADDRESS)]
  await world.advance(0)
  world.crash(there, { silent: true })
  dials.push(here.network.connect(ADDRESS))
  for (const dial of dials) await expect(world.runUntil(dial)).rejects.toMatchObject({ code: "timed-out" })
  expect(world.now).toBe(127_000)
})

test("who goes on to talk to a host that stays silent is reset after 924 s", async () => {
  const { world, there, lab } = makeLab()
  const { client, atClient } = await world.runUntil(conversing(lab))
  world.crash(there, { silent: true })
  client.write(bytes("hello?"))
  await world.runUntil(atClient.until("close"))
  expect(atClient.error?.code).toBe("reset")
  expect(world.now).toBeGreaterThanOrEqual(924_000)
  await world.runUntilIdle()
})

test("what programs of a host that is down ask of the world is never answered", async () => {
  const { world, here, there } = makeLab()
  const listener = await there.network.listen(ADDRESS)
  await there.store.write("name", bytes("before"))
  const dial = here.network.connect(ADDRESS)
  await world.advance(0)
  world.crash(here)
  world.crash(here)
  const answers: string[] = []
  const told = (): unknown => answers.push("answered")
  for (const asked of [
    dial,
    here.network.connect(ADDRESS),
    here.network.listen(ADDRESS),
    here.network.resolve("there"),
    here.store.read("name"),
    here.store.write("name", bytes("after")),
    here.store.remove("name"),
    here.store.list(),
  ])
    asked.then(told, told)
  here.clock.setTimer(1, told).cancel()
  here.clock.setTimer(1, told)
  here.clock.defer(told)
  await world.runUntilIdle()
  expect(answers).toEqual([])
  await listener.close()
})

test("a host that was restarted has its name, addresses, clock and store, other randomness, and nobody listens", async () => {
  const { world, here, there } = makeLab()
  await there.network.listen(ADDRESS)
  await there.store.write("name", bytes("kept"))
  there.clock.stepWallTime(5000)
  expect(() => world.restart(there)).toThrow("there is up")
  world.crash(there)
  await expect(world.runUntil(here.network.connect(ADDRESS))).rejects.toMatchObject({ code: "refused" })
  const again = world.restart(there)
  expect(() => world.restart(there)).toThrow("use what restart has returned")
  expect([again.name, again.ips, again.clock.now()]).toEqual([there.name, there.ips, there.clock.now()])
  expect(text((await again.store.read("name")) ?? bytes(""))).toBe("kept")
  expect(again.random.integer(1_000_000)).not.toBe(there.random.integer(1_000_000))
  await expect(world.runUntil(here.network.connect(ADDRESS))).rejects.toMatchObject({ code: "refused" })
  await again.network.listen(ADDRESS)
  await world.runUntil(here.network.connect(ADDRESS))
})

test("a crash takes the events of that host only", async () => {
  const { world, here, there } = makeLab()
  const ran: string[] = []
  for (let ms = 1; ms <= 100; ms++) {
    here.clock.setTimer(ms, () => ran.push("here"))
    there.clock.setTimer(ms, () => ran.push("there")).cancel()
    there.clock.setTimer(ms, () => ran.push("there"))
  }
  world.crash(there)
  expect(world.pendingEvents).toBe(100)
  await world.runUntilIdle()
  expect(ran).toEqual(Array.from({ length: 100 }, () => "here"))
})

test("a host's clock can be ahead, and fast", async () => {
  const world = virtualWorld({ startTime: 0 })
  const { clock } = world.host({ name: "late", clockOffsetMs: -500, clockDriftPpm: 100 })
  expect(clock.now()).toBe(-500)
  await world.advance(100_000)
  expect([clock.now(), clock.monotonic()]).toEqual([99_510, 100_000])
})

test("of a torn store each name is whole, cut, zeroed or gone", async () => {
  const whole = Uint8Array.from({ length: 100 }, (_, index) => index + 1)
  const names = Array.from({ length: 200 }, (_, index) => `name-${index}`)
  const torn = await tornStore(new MemoryStore(names.map((name) => [name, whole])), new SeededRandom(1))
  const fates = new Map<string, number>()
  for (const name of names) {
    const found = await torn.read(name)
    const end = found?.findIndex((byte, index) => byte !== whole[index]) ?? -1
    const fate = found === undefined ? "gone" : found.length < 100 ? "cut" : end < 0 ? "whole" : "zeroed"
    if (fate === "zeroed") expect(found?.subarray(end).every((byte) => byte === 0)).toBe(true)
    fates.set(fate, (fates.get(fate) ?? 0) + 1)
  }
  expect([...fates.keys()].toSorted()).toEqual(["cut", "gone", "whole", "zeroed"])
  for (const count of fates.values()) expect(count).toBeGreaterThan(20)
})
