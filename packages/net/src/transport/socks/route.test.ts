import { parseUrl } from "@dchat/wire"
import { expect, test } from "vitest"
import { withoutCredentials } from "../transport.ts"
import { routeIn, routeThrough } from "./route.ts"

const PROXY = { host: "127.0.0.1", port: 9050, credentials: undefined }

test.each([
  ["a name", "socks5://127.0.0.1:9050/abc.onion:80", { proxy: PROXY, destination: { host: "abc.onion", port: 80 } }],
  ["an IPv4 address", "socks5+tls://127.0.0.1:9050/1.2.3.4:5", { proxy: PROXY, destination: { host: "1.2.3.4", port: 5 } }],
  ["an IPv6 address", "socks5://127.0.0.1:9050/[2001:db8::1]:5", { proxy: PROXY, destination: { host: "2001:db8::1", port: 5 } }],
  ["a login with a percent sign that encodes nothing", "socks5://u:100%@127.0.0.1:9050/a.b:1", { proxy: { ...PROXY, credentials: { user: "u", password: "100%" } }, destination: { host: "a.b", port: 1 } }],
  ["a login", "socks5://al%40ice:s%2Fecret@127.0.0.1:9050/a.b:1", { proxy: { ...PROXY, credentials: { user: "al@ice", password: "s/ecret" } }, destination: { host: "a.b", port: 1 } }],
] as const)("behind the proxy stands %s", (_what, url, route) => {
  expect(routeIn(parseUrl(url))).toEqual(route)
}) // prettier-ignore

test.each([
  "socks5://127.0.0.1:9050/",
  "socks5://127.0.0.1:9050/a.b",
  "socks5://127.0.0.1:9050/a.b:65536",
  "socks5://127.0.0.1:9050/:80",
])("an address without destination is refused: %s", (url) => {
  expect(() => routeIn(parseUrl(url))).toThrow(/^cannot use socks5:.+: behind the proxy a host and a port must stand/)
})

test("a proxy needs a port, and what it lacks is said without the password", () => {
  expect(() => routeIn(parseUrl("socks5://u:secret@127.0.0.1/a.b:1"))).toThrow(
    "cannot use socks5://127.0.0.1/a.b:1: a proxy needs a host and a port",
  )
})

test("the host of an address through a proxy of the settings", () => {
  const route = {
    proxy: { ...PROXY, credentials: { user: "u", password: "p" } },
    destination: { host: "x.i2p", port: 7 },
  }
  expect(routeThrough("socks5://u:p@127.0.0.1:9050", parseUrl("i2p://x.i2p:7"))).toEqual(route)
  expect(() => routeThrough("socks5://127.0.0.1:9050", parseUrl("tor://abc.onion"))).toThrow(
    "it needs a host and a port",
  )
})

test("credentials are not shown", () => {
  expect(withoutCredentials("socks5://u:p@127.0.0.1:9050/a.b:1")).toBe("socks5://127.0.0.1:9050/a.b:1")
  expect(withoutCredentials("socks5://127.0.0.1:9050/a@b:1")).toBe("socks5://127.0.0.1:9050/a@b:1")
})
