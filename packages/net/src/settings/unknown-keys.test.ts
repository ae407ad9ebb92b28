import * as fc from "fast-check"
import { expect, test } from "vitest"
import { nearestName } from "./unknown-keys.ts"

const NAMES = ["inbound", "inbound_connections", "outbound_connections", "peers", "seeds"]

test.each([
  ["inbuond", "inbound"],
  ["peer", "peers"],
  ["Seeds", "seeds"],
  ["outbound_conections", "outbound_connections"],
  ["out-bound-connections", "outbound_connections"],
])("%s is near to %s", (written, meant) => {
  expect(nearestName(written, NAMES)).toBe(meant)
})

test("what is like none has no nearest name", () => {
  for (const name of ["", "x", "hostlist", "constructor"]) expect(nearestName(name, NAMES)).toBeUndefined()
  expect(nearestName("peers", [])).toBeUndefined()
})

test("a known name is its own nearest, and one slip in it is forgiven", () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), fc.nat(), fc.constantFrom("x", "_", ""), (name, at, letter) => {
      const i = at % name.length
      expect(nearestName(name, NAMES)).toBe(name)
      expect(nearestName(name.slice(0, i) + letter + name.slice(i + 1), NAMES)).toBe(name)
    }),
  )
})
