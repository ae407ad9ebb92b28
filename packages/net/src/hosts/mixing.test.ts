import { expect, test } from "vitest"
import { SHAREABLE_SCHEMES, dialEndpoints, dialableSchemes, shareableSchemes, type MixingSettings } from "./mixing.ts"

const TOR = "socks5://127.0.0.1:9050/"
const NYM = "socks5://127.0.0.1:1080/"

function settings(active: string[], mixed: string[] = [], proxies: Partial<MixingSettings> = {}): MixingSettings {
  return {
    activeProfiles: active,
    mixedProfiles: mixed,
    torSocks5Proxy: undefined,
    nymSocks5Proxy: undefined,
    ...proxies,
  }
}

const direct = (url: string) => [{ url, mixed: false }]
const mixed = (...urls: string[]) => urls.map((url) => ({ url, mixed: true }))

test.each([
  ["an active scheme is dialled directly", "tcp://1.2.3.4:5/", settings(["tcp"]), direct("tcp://1.2.3.4:5/")],
  ["one that is not active is not dialled", "tor://abc.onion:5/", settings(["tcp"]), []],
  ["no profiles, no dialling", "tcp://1.2.3.4:5/", settings([]), []],
  ["tcp over tor", "tcp://1.2.3.4:5/", settings(["tor"], ["tcp"]), mixed("tor://1.2.3.4:5/")],
  ["tls over tor", "tcp+tls://1.2.3.4:5/", settings(["tor+tls"], ["tcp+tls"]), mixed("tor+tls://1.2.3.4:5/")],
  ["tcp over nym", "tcp://1.2.3.4:5/", settings(["nym"], ["tcp"]), mixed("nym://1.2.3.4:5/")],
  ["tcp over a SOCKS proxy", "tcp://1.2.3.4:5/", settings(["socks5"], ["tcp"], { torSocks5Proxy: TOR }), mixed("socks5://127.0.0.1:9050/1.2.3.4:5")],
  ["IPv6 over a SOCKS proxy", "tcp://[2001:db8::1]:5/", settings(["socks5"], ["tcp"], { torSocks5Proxy: TOR }), mixed("socks5://127.0.0.1:9050/[2001:db8::1]:5")],
  ["tls over both proxies", "tcp+tls://a.b:5/", settings(["socks5+tls"], ["tcp+tls"], { torSocks5Proxy: TOR, nymSocks5Proxy: NYM }), mixed("socks5+tls://127.0.0.1:9050/a.b:5", "socks5+tls://127.0.0.1:1080/a.b:5")],
  ["tor over a SOCKS proxy uses Tor's alone", "tor://abc.onion:5/", settings(["socks5"], ["tor"], { torSocks5Proxy: TOR, nymSocks5Proxy: NYM }), mixed("socks5://127.0.0.1:9050/abc.onion:5")],
  ["every way in its order", "tcp://1.2.3.4:5/", settings(["socks5", "nym", "tor"], ["tcp"], { nymSocks5Proxy: NYM }), mixed("tor://1.2.3.4:5/", "nym://1.2.3.4:5/", "socks5://127.0.0.1:1080/1.2.3.4:5")],
  ["mixing replaces the direct way", "tcp://1.2.3.4:5/", settings(["tcp", "tor"], ["tcp"]), mixed("tor://1.2.3.4:5/")],
  ["a mixed scheme without a way falls back to the direct one", "tcp://1.2.3.4:5/", settings(["tcp", "socks5"], ["tcp"]), direct("tcp://1.2.3.4:5/")],
] as const)("%s", (_what, address, given, endpoints) => {
  expect(dialEndpoints(address, given)).toEqual(endpoints)
}) // prettier-ignore

test("dialable are the active schemes and those that mix to something", () => {
  expect(dialableSchemes(settings(["tcp", "tor"]))).toEqual(["tcp", "tor"])
  expect(dialableSchemes(settings(["tor", "socks5"], ["tcp", "tcp+tls", "tor"]))).toEqual(["tor", "socks5", "tcp"])
  expect(dialableSchemes(settings(["socks5"], ["tor"], { nymSocks5Proxy: NYM }))).toEqual(["socks5"])
  expect(dialableSchemes(settings(["socks5"], ["tor"], { torSocks5Proxy: TOR }))).toEqual(["socks5", "tor"])
})

test("quic, unix and socks5 are never shared", () => {
  expect(shareableSchemes(settings(["quic", "tcp", "unix", "socks5", "tcp+tls"]))).toEqual(["tcp", "tcp+tls"])
})

test("a getaddr with every shareable scheme has just the 57 bytes that are allowed", () => {
  const bytes = SHAREABLE_SCHEMES.reduce((sum, scheme) => sum + 1 + scheme.length, 4 + 1)
  expect(bytes).toBe(57)
})
