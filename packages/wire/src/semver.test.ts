import fc from "fast-check"
import { expect, test } from "vitest"
import { FormatError, formatSemVer, parseSemVer } from "./index.ts"

test.each([
  ["0.4.1", { major: 0n, minor: 4n, patch: 1n, pre: "", build: "" }],
  ["1.0.0-rc.1", { major: 1n, minor: 0n, patch: 0n, pre: "rc.1", build: "" }],
  ["1.2.3+007", { major: 1n, minor: 2n, patch: 3n, pre: "", build: "007" }],
  ["1.2.3----R-S.12.9.1--.12+meta", { major: 1n, minor: 2n, patch: 3n, pre: "---R-S.12.9.1--.12", build: "meta" }],
  ["1.0.0-0A.is.legal", { major: 1n, minor: 0n, patch: 0n, pre: "0A.is.legal", build: "" }],
  ["1.0.0+a-b.0", { major: 1n, minor: 0n, patch: 0n, pre: "", build: "a-b.0" }],
  ["18446744073709551615.0.0", { major: 2n ** 64n - 1n, minor: 0n, patch: 0n, pre: "", build: "" }],
])("%s is a version", (text, version) => {
  expect(parseSemVer(text)).toEqual(version)
  expect(formatSemVer(version)).toBe(text)
})

test.each([
  "",
  "1",
  "1.2",
  "1.2.3.4",
  "v1.2.3",
  " 1.2.3",
  "1.2.3\n",
  "01.2.3",
  "1.-2.3",
  "1.2.x",
  "18446744073709551616.0.0",
  "1.2.3-",
  "1.2.3+",
  "1.2.3-a..b",
  "1.2.3-.a",
  "1.2.3-01",
  "1.2.3-a.00",
  "1.2.3-a_b",
  "1.2.3-é",
  "1.2.3+a..b",
  "1.2.3+a+b",
  "1.2.3+a_b",
])("%j is not a version", (text) => {
  expect(() => parseSemVer(text)).toThrow(FormatError)
})

test("a version with parts that are not well formed has no text", () => {
  const version = parseSemVer("1.2.3")
  for (const part of ["01", "a..b", "a b", "\n"])
    expect(() => formatSemVer({ ...version, pre: part })).toThrow(FormatError)
  for (const part of ["a..b", "a b", "+"]) expect(() => formatSemVer({ ...version, build: part })).toThrow(FormatError)
})

test("text of a version becomes the same text again", () => {
  const identifiers = (pattern: RegExp): fc.Arbitrary<string> =>
    fc.array(fc.stringMatching(pattern), { maxLength: 4 }).map((list) => list.join("."))
  const number = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
  const pre = identifiers(/^(?:0|[1-9][0-9]{0,30}|[0-9]{0,3}[A-Za-z-][0-9A-Za-z-]{0,5})$/)
  const build = identifiers(/^[0-9A-Za-z-]{1,8}$/)
  fc.assert(
    fc.property(fc.record({ major: number, minor: number, patch: number, pre, build }), (version) => {
      expect(parseSemVer(formatSemVer(version))).toEqual(version)
    }),
  )
})
