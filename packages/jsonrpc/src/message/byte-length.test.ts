import fc from "fast-check"
import { expect, test } from "vitest"
import { byteLength, isLongerThan } from "./byte-length.ts"

const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code))
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(unit).map((units) => units.join("")),
)

test("a text has as many bytes as UTF-8 makes of it, whatever it consists of, however long it is", () => {
  fc.assert(
    fc.property(text, fc.nat(3000), (part, times) => {
      const whole = part.repeat(times)
      const bytes = new TextEncoder().encode(whole).length
      expect(byteLength(whole)).toBe(bytes)
      expect(isLongerThan(bytes, whole)).toBe(false)
      if (bytes > 0) expect(isLongerThan(bytes - 1, whole)).toBe(true)
    }),
  )
})
