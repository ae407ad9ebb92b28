import * as fc from "fast-check"
import { expect, test } from "vitest"
import { SettingsError } from "./error.ts"
import { type Kind, blacklist, list, oneOf, seconds, whole } from "./kind.ts"
import { DIAL_SCHEMES, url } from "./url.ts"

const HERE = { key: "here", table: "[net]" }
const address = url(DIAL_SCHEMES, "tcp://127.0.0.1:51554")

function accepts(kind: Kind<unknown>, value: unknown): boolean {
  try {
    kind.read(value, HERE)
    return true
  } catch (error) {
    if (error instanceof SettingsError) return false
    throw error
  }
}

test("a whole number is accepted in its range and nowhere else", () => {
  const kind = whole(3, 70)
  fc.assert(fc.property(fc.integer(), (n) => accepts(kind, n) === (n >= 3 && n <= 70)))
  fc.assert(fc.property(fc.double({ noInteger: true }), (n) => !accepts(kind, n)))
  fc.assert(
    fc.property(
      fc.anything().filter((value) => typeof value !== "number"),
      (value) => !accepts(kind, value),
    ),
  )
})

test("a whole number on the command line is digits and nothing else", () => {
  const kind = whole(0, 65_535)
  fc.assert(fc.property(fc.nat(65_535), (n) => kind.readArgument(String(n), undefined, HERE) === n))
  for (const text of ["", " 1", "1 ", "0x1", "1e3", "-1", "+1", "1.0", "65536", "9".repeat(400)]) {
    expect(() => kind.readArgument(text, undefined, HERE)).toThrow(SettingsError)
  }
})

test("a duration is a positive number that a timer can wait for", () => {
  const bad = [0, -1, NaN, Infinity, 2_147_484, "1", null, undefined]
  expect(bad.filter((value) => accepts(seconds, value))).toEqual([])
  expect([0.001, 1, 2_147_483].filter((value) => !accepts(seconds, value))).toEqual([])
})

test("a list grows by each argument of its flag and keeps equal ones once", () => {
  const kind = list(oneOf(["a", "b"]))
  const read = (...texts: string[]) =>
    texts.reduce<readonly ("a" | "b")[] | undefined>((before, text) => kind.readArgument(text, before, HERE), undefined)
  expect(read("a", "b", "a")).toEqual(["a", "b"])
  expect(() => read("a", "c")).toThrow('here in [net] is "c", but must be one of a, b')
})

test.each([
  ["tcp://127.0.0.1:31448", "tcp://127.0.0.1:31448/"],
  ["TCP+TLS://Dark.FI:9600", "tcp+tls://dark.fi:9600/"],
  ["tcp://127.1:80", "tcp://127.0.0.1:80/"],
  ["tcp://[0:0:0:0:0:0:0:1]:1", "tcp://[::1]:1/"],
  ["tcp://localhost:0", "tcp://localhost:0/"],
  ["i2p://abc.b32.i2p:1234", "i2p://abc.b32.i2p:1234"],
  ["unix:///tmp/s.sock", "unix:///tmp/s.sock"],
  ["socks5://127.0.0.1:9050/example.org:80", "socks5://127.0.0.1:9050/example.org:80"],
])("the address %s is read as %s", (text, canonical) => {
  expect(address.read(text, HERE)).toBe(canonical)
})

test.each([
  "",
  "127.0.0.1:1",
  "tcp://",
  "tcp://:1",
  "tcp://127.0.0.1",
  "tcp://127.0.0.1:65536",
  "tcp://127.0.0.1:-1",
  "tcp://host name:1",
  "tcp:127.0.0.1",
  "i2p://abc.b32.i2p",
  "unix://",
  "unix://host/path",
  "unix:///path?query",
  "http://127.0.0.1:80",
  "toString://127.0.0.1:1",
])("the address %j is refused", (text) => {
  expect(accepts(address, text)).toBe(false)
})

test("reading an address that was read changes nothing", () => {
  const host = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV6().map((ip) => `[${ip}]`),
  )
  const text = fc
    .tuple(
      fc.constantFrom(...DIAL_SCHEMES.filter((scheme) => scheme !== "unix")),
      host,
      fc.integer({ min: 0, max: 65_535 }),
    )
    .map(([scheme, name, port]) => `${scheme}://${name}:${port}`)
  fc.assert(
    fc.property(text, (written) => {
      const once = address.read(written, HERE)
      expect(address.read(once, HERE)).toBe(once)
    }),
  )
})

test("any text is an address with scheme, host and port, or refused", () => {
  const text = fc.oneof(fc.string(), fc.webUrl({ validSchemes: ["tcp", "unix"], withQueryParameters: true }))
  fc.assert(
    fc.property(text, (written) => {
      if (!accepts(address, written)) return
      expect(address.read(written, HERE)).toMatch(/^(?:unix:\/\/\/.|[a-z0-9+]+:\/\/[^/]+:\d+)/)
    }),
  )
})

test.each([
  ["bad.example", "bad.example"],
  ["Bad.Example", "bad.example"],
  ["1.2.3.4", "1.2.3.4"],
  ["::1", "::1"],
  ["[2001:DB8:0:0::1]", "2001:db8::1"],
  ["b\u00fccher.example", "xn--bcher-kva.example"],
])("a host to refuse: %s", (written, host) => {
  expect(blacklist(list(oneOf(DIAL_SCHEMES))).read([[written]], HERE)).toEqual([{ host, schemes: [], ports: [] }])
})

test.each(["host:80", "[::1]:80", "host?", "host#", "host\\x", "user@host", "%", "256.1.1.1", "xn--", "[]", "[", ""])(
  "what is more than a host, or none, would refuse nobody, and is refused: %s",
  (written) => {
    expect(accepts(blacklist(list(oneOf(DIAL_SCHEMES))), [[written, ["tcp"], [80]]])).toBe(false)
  },
)
