import { expect, test } from "vitest"
import { virtualWorld } from "../virtual/index.ts"
import { Lookups, type Lookup } from "./lookups.ts"

/** A system that does as many lookups at a time as it is given, and takes ten seconds for names of `evil.test`. */
function lab() {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const begun: string[] = []
  const answered: [name: string, atSecond: number][] = []
  const system: Lookup = (host, _options, answer) => {
    begun.push(host)
    clock.setTimer(/evil\.test\.?$/i.test(host) ? 10_000 : 20, () => answer(null, "10.0.0.1", 4))
  }
  const lookups = new Lookups(clock, system, 2)
  const start = clock.monotonic()
  const look = (host: string, signal?: AbortSignal): void =>
    lookups.look(
      host,
      {},
      (_error, address) => {
        expect(address).toBe("10.0.0.1")
        answered.push([host, Math.floor((clock.monotonic() - start) / 1000)])
      },
      signal,
    )
  return { world, begun, answered, look }
}

test("names whose server is silent keep nobody from other names, once one of them was slow", async () => {
  const { world, begun, answered, look } = lab()
  for (let i = 0; i < 30; i++) look(i % 2 === 0 ? `x${i}.evil.test` : `x${i}.Evil.Test.`)
  await world.advance(11_000)
  for (let i = 0; i < 5; i++) {
    look(`${i}.honest.test`)
    await world.advance(5000)
  }
  const honest = answered.filter(([name]) => name.endsWith("honest.test"))
  expect(honest).toEqual([11, 16, 21, 26, 31].map((second, i) => [`${i}.honest.test`, second]))
  // The slow ones go on, one at a time.
  expect(begun.filter((name) => /evil/i.test(name))).toHaveLength(5)
})

test("no more are begun than the system does at a time, in their order", async () => {
  const { world, begun, answered, look } = lab()
  for (const name of ["a", "b", "c", "d", "e"]) look(`${name}.test`)
  expect(begun).toEqual(["a.test", "b.test"])
  await world.advance(50)
  expect(answered.map(([name]) => name)).toEqual(["a.test", "b.test", "c.test", "d.test"])
  await world.advance(50)
  expect(answered.map(([name]) => name)).toEqual(begun)
})

test("a lookup that nobody waits for any more is not begun", async () => {
  const { world, begun, answered, look } = lab()
  const [gone, late] = [new AbortController(), new AbortController()]
  look("a.test", late.signal)
  look("b.test")
  look("c.test", gone.signal)
  look("d.test")
  gone.abort()
  late.abort()
  await world.advance(1000)
  expect(begun).toEqual(["a.test", "b.test", "d.test"])
  expect(answered).toHaveLength(3)
})

test("after ten minutes a slow name is one like others", async () => {
  const { world, begun, look } = lab()
  look("a.evil.test")
  await world.advance(600_000)
  look("b.evil.test")
  look("c.evil.test")
  expect(begun).toEqual(["a.evil.test", "b.evil.test"])
  await world.advance(620_000)
  look("d.evil.test")
  look("e.evil.test")
  expect(begun.slice(3)).toEqual(["d.evil.test", "e.evil.test"])
})
