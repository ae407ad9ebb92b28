import fc from "fast-check"
import { expect, test } from "vitest"
import { numberText } from "./number-text.ts"

test("a number is written as the platform writes it", () => {
  const number = fc.oneof(
    fc.integer({ min: -2000, max: 200_000 }),
    fc.maxSafeInteger(),
    fc.double(),
    fc.constantFrom(0, -0, 999, 1000, 1001, 10 ** 6, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e21, -1000, 1000.5),
  )
  fc.assert(
    fc.property(number, (value) => {
      expect(numberText(value)).toBe(String(value))
    }),
    { numRuns: 5000 },
  )
})
