import { virtualWorld } from "@dchat/runtime/virtual"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { Connection } from "../connection/connection.ts"
import type { Frame } from "../framing/framing.ts"
import { type Fault, faultyPair, type FaultyPairOptions } from "./index.ts"

/** Sends numbered messages over a bad line, one each millisecond. */
async function send(count: number, options: FaultyPairOptions, make = (n: number) => `{"n":${n}}`) {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const faults: Fault[] = []
  const [near, far] = faultyPair({ clock, onFault: (fault) => void faults.push(fault), ...options })
  const arrived: { readonly frame: Frame; readonly at: number }[] = []
  const events: string[] = []
  far.readInto({
    messages: (frames) => void arrived.push(...frames.map((frame) => ({ frame, at: world.now }))),
    end: () => void events.push("end"),
    close: () => void events.push("close"),
  })
  near.readInto({ messages: () => {}, end: () => {}, close: () => void events.push("near close") })
  for (let n = 0; n < count; n++) {
    near.send(make(n))
    near.flush()
    await world.advance(1)
  }
  return { world, near, far, faults, arrived, events, numbers: () => arrived.map(({ frame }) => numberOf(frame)) }
}

function numberOf(frame: Frame): unknown {
  try {
    return (JSON.parse(frame as string) as { n: number }).n
  } catch {
    return "garbage"
  }
}

test("without faults everything arrives, once and in order", async () => {
  const { numbers, faults } = await send(50, {})
  expect(numbers()).toEqual(Array.from({ length: 50 }, (_, n) => n))
  expect(faults).toEqual([])
})

test("the same seed makes the same things happen, another seed others", async () => {
  const there = { loss: 0.2, duplicate: 0.2, garbage: 0.2, reorder: 0.2, delayMs: [1, 20] } as const
  const run = async (seed: number) => {
    const { world, faults, arrived } = await send(100, { seed, there })
    await world.advance(100)
    return { faults, arrived }
  }
  expect(await run(1)).toEqual(await run(1))
  expect(await run(1)).not.toEqual(await run(2))
  expect(new Set((await run(1)).faults)).toEqual(new Set(["lost", "duplicated", "garbled", "reordered"]))
})

test("loss loses, and only in the direction that it is asked for", async () => {
  const lossy = await send(200, { there: { loss: 0.5 } })
  expect(lossy.arrived.length + lossy.faults.length).toBe(200)
  expect(lossy.faults.length).toBeGreaterThan(60)
  expect((await send(200, { back: { loss: 1 } })).arrived).toHaveLength(200)
})

test("delay keeps the order; reordering does not, and loses nothing", async () => {
  const delayed = await send(50, { there: { delayMs: [5, 50] } })
  await delayed.world.advance(100)
  expect(delayed.numbers()).toEqual(Array.from({ length: 50 }, (_, n) => n))
  expect(delayed.arrived[0]?.at).toBeGreaterThanOrEqual(5)
  const mixed = await send(50, { there: { reorder: 0.3 } })
  await mixed.world.advance(100)
  expect(mixed.numbers()).not.toEqual(Array.from({ length: 50 }, (_, n) => n))
  expect((mixed.numbers() as number[]).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n))
})

test("after a half-close nothing more arrives and the other direction lives; a close ends both", async () => {
  const half = await send(10, { there: { halfCloseAfter: 3 } })
  expect(half.numbers()).toEqual([0, 1, 2])
  expect(half.events).toEqual(["end"])
  const whole = await send(10, { there: { closeAfter: 3 } })
  expect(whole.numbers()).toEqual([0, 1, 2])
  expect(whole.events).toEqual(expect.arrayContaining(["close", "near close"]))
})

test("a slow reader takes its time, and whoever sends can tell", async () => {
  const { world, near, arrived } = await send(10, { there: { charactersPerSecond: 10_000 } }, () => "x".repeat(10_000))
  expect(near.bufferedBytes).toBeGreaterThan(90_000)
  let isDrained = false
  void near.drained().then(() => (isDrained = true))
  await world.advance(1)
  expect(isDrained).toBe(false)
  await world.advance(5000)
  expect(isDrained).toBe(true)
  await world.advance(10_000)
  expect(arrived).toHaveLength(10)
  const wedged = await send(10, { there: { charactersPerSecond: 0 } })
  await wedged.world.advance(1e6)
  expect(wedged.arrived).toEqual([])
  await wedged.near.close()
  await wedged.near.drained()
})

test("whatever the line does, every call settles, and rightly", async () => {
  const chance = fc.double({ min: 0, max: 0.5, noNaN: true })
  const faults = fc.record({
    loss: chance,
    duplicate: chance,
    garbage: chance,
    reorder: chance,
    delayMs: fc.constantFrom(0, 5, [0, 30] as const),
    closeAfter: fc.constantFrom(5, 50, Infinity),
    halfCloseAfter: fc.constantFrom(5, 50, Infinity),
  })
  await fc.assert(
    fc.asyncProperty(fc.integer(), faults, faults, async (seed, there, back) => {
      const world = virtualWorld()
      const { clock } = world.host({ name: "here" })
      const [near, far] = faultyPair({ seed, there, back, clock })
      const client = new Connection(near, { clock, timeoutMs: 1000 })
      const server = new Connection(far, { clock, handler: ({ params }) => (params as [number])[0] * 2 })
      const calls = Array.from({ length: 20 }, (_, n) =>
        client.request("double", [n]).then(
          (result) => expect(result).toBe(n * 2),
          (error: unknown) => expect(error).toHaveProperty("code"),
        ),
      )
      await world.runUntil(Promise.all(calls))
      await world.runUntil(Promise.all([client.close(), server.close()]))
    }),
    { numRuns: 100 },
  )
})
