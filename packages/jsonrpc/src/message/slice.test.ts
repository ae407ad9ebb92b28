import fc from "fast-check"
import { expect, test } from "vitest"
import { JsonText } from "./json-text.ts"
import { itemTexts, memberTexts } from "./slice.ts"

/** Any JSON, with spaces between its tokens or without. */
const spaced = (value: fc.Arbitrary<unknown>) =>
  fc.tuple(value, fc.constantFrom("", " ", "\t", "\r\n ")).map(([each, space]) => ({
    value: JSON.parse(JSON.stringify(each)) as unknown,
    text: `${space}${JSON.stringify(each, undefined, space)}${space}`,
  }))

test("the items of an array are cut out where JSON.parse sees them", () => {
  fc.assert(
    fc.property(spaced(fc.array(fc.jsonValue())), ({ value, text }) => {
      expect(itemTexts(text).map((item) => JSON.parse(item) as unknown)).toEqual(value)
    }),
  )
})

test("the members of an object are cut out where JSON.parse sees them", () => {
  fc.assert(
    fc.property(spaced(fc.dictionary(fc.string(), fc.jsonValue())), ({ value, text }) => {
      const members = [...memberTexts(text)].map(([name, member]) => [name, JSON.parse(member) as unknown])
      expect(Object.fromEntries(members)).toEqual(value)
    }),
  )
})

test("of two members of one name the last one counts", () => {
  expect(memberTexts(`{"a":1,"\\u0061":{"a":2}}`)).toEqual(new Map([["a", `{"a":2}`]]))
})

test("JSON text is one line that means the same", () => {
  fc.assert(
    fc.property(spaced(fc.jsonValue()), ({ value, text }) => {
      const json = new JsonText(text)
      expect(json.text).not.toMatch(/[\r\n]/)
      expect(json.toJSON()).toEqual(value)
    }),
  )
})
