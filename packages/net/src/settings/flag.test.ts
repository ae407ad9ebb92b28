import { expect, test } from "vitest"
import { SettingsError } from "./error.ts"
import { settingFlags } from "./flag.ts"

function flag(field: string) {
  return settingFlags.find((one) => one.field === field)!
}

test("the flags are those of the reference", () => {
  expect(settingFlags.map(({ usage }) => usage)).toEqual([
    "--accept <url...>",
    "--external-addrs <url...>",
    "--peers <url...>",
    "--seeds <url...>",
    "--outbound-slots <n>",
    "--inbound-slots <n>",
    "--network-profiles <name...>",
    "--mixed-profiles <name...>",
    "--tor-socks5-proxy <url>",
    "--nym-socks5-proxy <url>",
    "--i2p-socks5-proxy <url>",
    "--localnet",
    "--hostlist <path>",
    "--p2p-datastore <path>",
    "--disable-greys",
  ])
})

test("a flag says its default", () => {
  expect(flag("outboundConnections").meaning).toBe("outbound connections to keep up (default 8)")
  expect(flag("peers").meaning).toBe("peers to stay connected to")
})

test("arguments are read as the file's values are, and errors name the flag", () => {
  expect(flag("outboundConnections").read("3", undefined)).toBe(3)
  expect(flag("localnet").read("", undefined)).toBe(true)
  const peers = flag("peers")
  expect(peers.read("tcp://b.example:2", peers.read("tcp://a.example:1", undefined))).toEqual([
    "tcp://a.example:1/",
    "tcp://b.example:2/",
  ])
  expect(() => peers.read("x", undefined)).toThrow(SettingsError)
  expect(() => flag("outboundConnections").read("many", undefined)).toThrow(
    '--outbound-slots is "many", but must be a whole number from 0 to 65535',
  )
})
