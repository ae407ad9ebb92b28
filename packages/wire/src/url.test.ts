import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { canonicalUrl, FormatError, parseUrl } from "./index.ts"
import vectors from "./vectors/urls.json" with { type: "json" }

test.each(vectors.canonical)("%j becomes %j", (text, canonical) => {
  expect(canonicalUrl(text)).toBe(canonical)
  expect(canonicalUrl(canonical)).toBe(canonical)
})

test.each(vectors.refused)("%j is refused", (text) => {
  expect(() => canonicalUrl(text)).toThrow(FormatError)
  expect(() => parseUrl(text)).toThrow(expect.objectContaining({ code: "bad-url" }))
})

test.each(vectors.parts)("the parts of $href", (parts) => {
  expect(parseUrl(parts.href)).toEqual({ port: undefined, query: undefined, ...parts })
})

test.each(["tcp", "quic", "http", "https", "ws", "wss", "ftp", "file"])(
  "a %s name that would take the platform long is refused at once",
  (scheme) => {
    const name = "漢".repeat(512)
    expect(canonicalUrl(`${scheme}://${name}`)).toMatch(/^[a-z]+:\/\/xn--[a-z\d]+\/$/)
    expect(() => canonicalUrl(`${scheme}://${name}漢`)).toThrow(FormatError)
    expect(() => canonicalUrl(`${scheme}:\\/${name}漢/path`)).toThrow(FormatError)
    expect(() => canonicalUrl(`${scheme}://${"%41".repeat(20_000)}/`)).toThrow(FormatError)
  },
)

describe("of any URL", () => {
  const schemes = ["tcp", "TCP+TLS", "tor", "quic", "nym+tls", "socks5", "i2p", "unix", "tls", "http", "foo"]
  const bits = [
    "a",
    "Z",
    "9",
    "127",
    ".",
    ":",
    "/",
    "\\",
    "?",
    "#",
    "@",
    "%41",
    "%2e",
    "%zz",
    "[",
    "]",
    "::1",
    "-",
    "é",
    "ß",
  ]
  const more = [
    "。",
    "xn--",
    "xn--drk-qla",
    " ",
    "\t",
    "^",
    "|",
    "0x7f",
    "\u00ad",
    "漢",
    "\u0301",
    ":80",
    ":443",
    "..",
    "\ufdd0",
  ]
  const text = fc
    .tuple(fc.constantFrom(...schemes), fc.constantFrom(":", ":/", "://"), fc.array(fc.constantFrom(...bits, ...more)))
    .map(([scheme, joint, rest]) => `${scheme}${joint}${rest.join("")}`)

  test("the canonical form is canonical, and has the same parts", () => {
    let urls = 0
    fc.assert(
      fc.property(text, (input) => {
        const parts = partsOf(input)
        if (parts === undefined) return
        urls += 1
        expect(canonicalUrl(parts.href)).toBe(parts.href)
        expect(parseUrl(parts.href)).toEqual(parts)
      }),
      { numRuns: 2000 },
    )
    expect(urls).toBeGreaterThan(200)
  })

  test("what is taken for canonical at a glance is so", () => {
    const digits = fc.stringMatching(/^[0-9]{1,5}$/)
    const octet = fc.oneof(fc.integer({ min: 0, max: 300 }).map(String), fc.constantFrom("00", "01", "0x1", "1a"))
    const label = fc.stringMatching(/^(?:xn--)?[a-z0-9-]{1,6}$/)
    const host = fc.array(fc.oneof(octet, label), { minLength: 1, maxLength: 5 }).map((labels) => labels.join("."))
    fc.assert(
      fc.property(fc.constantFrom("tcp", "tor+tls", "socks5"), host, digits, (scheme, name, port) => {
        const plain = `${scheme}://${name}:${port}/`
        // A fragment is never plain, so the second is parsed.
        expect(partsOf(plain)?.href).toBe(partsOf(`${plain}#f`)?.href.replace("#f", ""))
        expect(canonicalOf(plain)).toBe(partsOf(plain)?.href)
      }),
      { numRuns: 2000 },
    )
  })
})

function partsOf(text: string): ReturnType<typeof parseUrl> | undefined {
  return orNothing(() => parseUrl(text))
}

function canonicalOf(text: string): string | undefined {
  return orNothing(() => canonicalUrl(text))
}

function orNothing<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}
