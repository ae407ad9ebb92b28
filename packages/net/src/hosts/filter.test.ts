import { parseUrl } from "@dchat/wire"
import { expect, test } from "vitest"
import { judgeAddress, placeOf, type FilterView } from "./filter.ts"

const ONION = `${"a".repeat(55)}d`
const B32 = `${"b".repeat(51)}a`

function view(overrides: Partial<FilterView> = {}): FilterView {
  const no = () => false
  return {
    isConfigured: no,
    isBlacklisted: no,
    isKnown: no,
    dialable: ["tcp", "tcp+tls", "quic", "tor", "tor+tls", "i2p", "i2p+tls"],
    own: [],
    localnet: false,
    ...overrides,
  }
}

test.each([
  ["tcp://8.8.8.8:1", "take"],
  ["tcp+tls://dark.fi:9600", "take"],
  ["tcp://[2606:4700::1111]:1/", "take"],
  ["quic://8.8.8.8:1", "take"],
  [`tor://${ONION}.onion:1`, "take"],
  [`tor+tls://${ONION}.onion:1`, "take"],
  [`i2p://${B32}.b32.i2p:1`, "take"],
  ["i2p+tls://some-name.i2p:1", "take"],
  ["not a URL", "drop"],
  ["tcp://8.8.8.8", "drop"],
  ["unix:///tmp/x", "drop"],
  ["tls://8.8.8.8:1", "drop"],
  ["nym://8.8.8.8:1", "drop"],
  ["socks5://8.8.8.8:1", "drop"],
  ["http://8.8.8.8:81", "drop"],
  ["tor://8.8.8.8:1", "drop"],
  [`tor://${"a".repeat(56)}.onion:1`, "drop"],
  ["tor://expyuzz4wqqyqhjn.onion:1", "drop"],
  ["i2p://abc.b32.i2p:1", "drop"],
  ["i2p://example.com:1", "drop"],
  ["tcp://127.0.0.1:1", "drop"],
  ["tcp://192.168.1.1:1", "drop"],
  ["tcp://[::1]:1", "drop"],
  ["tcp://localhost:1", "drop"],
  [`tcp://${"a.".repeat(126)}a:1`, "take"],
  [`tcp://${"a.".repeat(126)}aa:1`, "drop"],
])("%s: %s", (url, verdict) => {
  expect(judgeAddress(url, view())).toBe(verdict)
})

test.each([
  ["tcp://8.8.8.8:1/", "tcp://8.8.8.8:1/"],
  ["tcp://user:word@8.8.8.8:1/a/b?c#d", "tcp://8.8.8.8:1/"],
  ["tcp+tls://dark.fi:9600/?source=upnp&upnp_cookie=0123456789abcdef", "tcp+tls://dark.fi:9600/"],
  ["tcp://[2606:4700::1111]:1/#a", "tcp://[2606:4700::1111]:1/"],
  ["i2p://some-name.i2p:1/a", "i2p://some-name.i2p:1"],
  ["tcp://8.8.8.8/a", "tcp://8.8.8.8/a"],
  ["unix:///tmp/x", "unix:///tmp/x"],
])("%s is at %s", (url, place) => {
  expect(placeOf(url)).toBe(place)
})

const URL = "tcp://8.8.8.8:1/"

test.each<[string, string, Partial<FilterView>, string]>([
  ["a seed or manual peer", URL, { isConfigured: (url) => url === URL }, "drop"],
  ["a banned host", URL, { isBlacklisted: (url) => url === URL }, "drop"],
  ["our own host, whatever the port", "tcp://8.8.8.8:2", { own: [parseUrl(URL)] }, "drop"],
  ["our own port on another host", "tcp://8.8.4.4:1", { own: [parseUrl(URL)] }, "take"],
  ["our own port, on a local network", "tcp://8.8.4.4:1", { own: [parseUrl(URL)], localnet: true }, "drop"],
  ["our own host, on a local network", "tcp://8.8.8.8:2", { own: [parseUrl(URL)], localnet: true }, "take"],
  ["a local host, on a local network", "tcp://127.0.0.1:1", { localnet: true }, "take"],
  ["one that we cannot dial", URL, { dialable: ["tor"] }, "dark"],
  ["one that we cannot dial but know", URL, { dialable: [], isKnown: () => true }, "dark"],
  ["one that we know", URL, { isKnown: (url) => url === URL }, "known"],
])("%s", (_what, url, overrides, verdict) => {
  expect(judgeAddress(url, view(overrides))).toBe(verdict)
})
