import fc from "fast-check"
import { expect, test } from "vitest"
import { JsonText } from "../message/json-text.ts"
import type { Params } from "../message/message.ts"
import { requestText } from "../message/serialise.ts"
import { QuickText } from "./quick-text.ts"

/** What comes of it: the text, or the error's. */
function outcome(write: () => string): string {
  try {
    return write()
  } catch (error) {
    return `${String(error)}, ${String((error as Error).cause)}`
  }
}

const number = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double(), fc.constantFrom(-0, NaN, 2 ** 53))
const odd = fc.constantFrom<unknown>(
  undefined,
  null,
  1n,
  Symbol("s"),
  "text",
  5,
  () => 1,
  { toJSON: () => "written as text" },
  new JsonText(" [1]"),
)
const params = fc.oneof(
  fc.array(number, { maxLength: 10 }),
  fc.array(fc.oneof(number, odd, fc.jsonValue())),
  fc.dictionary(fc.string(), fc.oneof(odd, fc.jsonValue())),
  odd,
) as fc.Arbitrary<Params | undefined>
const method = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("add", "toString", "__proto__"),
  odd,
) as fc.Arbitrary<string>
const id = fc.oneof(fc.nat(), fc.nat().map(String))

test("a request is written as it is written without haste, or fails with the same words", () => {
  const texts = new QuickText()
  fc.assert(
    fc.property(id, method, params, (id, method, params) => {
      const expected = outcome(() => requestText(id, method, params))
      for (let again = 0; again < 2; again++) expect(outcome(() => texts.request(id, method, params))).toBe(expected)
    }),
  )
})

test("a caller of very many methods is written for as any other", () => {
  const texts = new QuickText()
  for (let count = 0; count < 2500; count++) {
    const [method, params] = [`m${count % 1700}"`, [count]]
    expect(texts.request(count, method, params)).toBe(requestText(count, method, params))
  }
})
