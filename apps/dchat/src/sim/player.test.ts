import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { playTrace } from "./player.ts"

const LINES = [
  { t: 0, event: "simulation", seed: "1", nodes: 2 },
  { t: 1000, event: "fault", what: "alpha" },
  { t: 1004, event: "fault", what: "beta" },
  { t: 60_000, event: "fault", what: "gamma" },
]

async function* recorded() {
  for (const line of LINES) yield Promise.resolve(JSON.stringify(line))
}

/** When what was shown, in milliseconds. */
async function play(speed: number, stop = new AbortController()) {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const shown: [number, string][] = []
  const out = (text: string): void => {
    for (const [what] of text.matchAll(/simulation|alpha|beta|gamma|errors/g)) shown.push([world.now, what])
  }
  const options = { speed, hosts: [], events: [], out, clock, signal: stop.signal }
  const playing = playTrace({ name: "a trace", lines: recorded() }, options)
  return { world, shown, playing }
}

test.each([
  [1, [0, 1000, 1000, 60_000, 60_000]],
  [10, [0, 100, 100, 6000, 6000]],
  [0, [0, 0, 0, 0, 0]],
])("at speed %i events are shown at their time", async (speed, times) => {
  const { world, shown, playing } = await play(speed)
  await world.runUntil(playing)
  const names = ["simulation", "alpha", "beta", "gamma", "errors"]
  expect(shown).toEqual(names.map((name, index) => [expect.closeTo(times[index] ?? 0, -1), name]))
})

test("who is stopped while an event is waited for hears of it at once, and no timer is left", async () => {
  const stop = new AbortController()
  const { world, playing } = await play(1, stop)
  const told = playing.catch(String)
  await world.advance(500)
  stop.abort(new Error("enough"))
  expect(await world.runUntil(told)).toBe("Error: enough")
  expect([world.now, world.pendingEvents]).toEqual([500, 0])
})
