import fc from "fast-check"
import { expect, test } from "vitest"
import { AddressAllowance } from "./unsolicited.ts"

/** A clock that stands still, and what peers were asked for. */
function world(): { at: number; asked: number; monotonic(): number } {
  return {
    at: 0,
    asked: 0,
    monotonic() {
      return this.at
    },
  }
}

test("a peer may say its own addresses unasked, then one every ten seconds", () => {
  const w = world()
  const allowance = new AddressAllowance(w, w)
  expect([allowance.take(4), allowance.take(100), allowance.take(1)]).toEqual([4, 12, 0])
  w.at = 9_999
  expect(allowance.take(5)).toBe(0)
  w.at = 25_000
  expect(allowance.take(5)).toBe(2)
  w.at = 86_400_000
  expect(allowance.take(5000)).toBe(16)
})

test("what it was asked for comes on top, whether it was asked alone or with all others", () => {
  const w = world()
  w.asked = 8
  const allowance = new AddressAllowance(w, w)
  allowance.ask(8)
  expect(allowance.take(1000)).toBe(16 + 16)
  w.asked += 8
  expect(allowance.take(1000)).toBe(16)
  expect(allowance.take(1000)).toBe(0)
  allowance.ask(2 ** 32 - 1)
  expect(allowance.take(5000)).toBe(1020)
})

test("whatever a peer sends, no more is taken than was asked for, the first few and the trickle", () => {
  const step = fc.record({ wait: fc.nat(60_000), ask: fc.nat(20), send: fc.nat(2000) })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const w = world()
      const allowance = new AddressAllowance(w, w)
      let [asked, taken] = [0, 0]
      for (const { wait, ask, send } of steps) {
        w.at += wait
        allowance.ask(ask)
        asked += 2 * ask
        taken += allowance.take(send)
      }
      expect(taken).toBeLessThanOrEqual(16 + asked + w.at / 10_000 + 1e-6)
    }),
  )
})
