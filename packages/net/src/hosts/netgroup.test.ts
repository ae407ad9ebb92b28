import fc from "fast-check"
import { expect, test } from "vitest"
import { netgroupOf } from "./netgroup.ts"

const ONION = `${"g".repeat(55)}d.onion`

test.each([
  ["IPv4: the first 16 bits", "tcp://8.9.10.11:1/", "8.9"],
  ["whatever the scheme", "tcp+tls://8.9.10.11:2/", "8.9"],
  ["IPv6: the first 32 bits", "tcp://[2606:4700:1::1]:1/", "[26064700]"],
  ["IPv4 in IPv6, mapped", "tcp://[::ffff:8.9.10.11]:1/", "8.9"],
  ["translated", "tcp://[::ffff:0:8.9.10.11]:1/", "8.9"],
  ["NAT64", "tcp://[64:ff9b::809:a0b]:1/", "8.9"],
  ["6to4", "tcp://[2002:809:a0b::1]:1/", "8.9"],
  ["Teredo", "tcp://[2001:0:1:2:3:4:f7f6:f5f4]:1/", "8.9"],
  ["an onion service: 4 bits of its name", `tor://${ONION}:1/`, "onion/3"],
  ["over TLS too", `tor+tls://${ONION}:1/`, "onion/3"],
  ["i2p", "i2p://77example.i2p:1/", "i2p/15"],
  ["a name: 4 bits of its last two labels", "tcp://node.example:1/", "name/1"],
  ["a name in that domain", "tcp://a.b.node.example:1/", "name/1"],
  ["a name and a password", "socks5://a:b@node.example:1/x:2", "name/1"],
  ["a name of one label", "tcp://node:1/", "name/11"],
  ["no host: the address", "unix:///run/x", "unix:///run/x"],
])("%s", (_what, url, group) => {
  expect(netgroupOf(url, false)).toBe(group)
})

test("on a local network every address is a group of its own, whatever the scheme", () => {
  const urls = ["tcp://127.0.0.1:1/", "tcp+tls://127.0.0.1:1/", "tcp://127.0.0.1:2/", "tcp://[::1]:1/"]
  expect(urls.map((url) => netgroupOf(url, true))).toEqual(["127.0.0.1:1", "127.0.0.1:1", "127.0.0.1:2", "[::1]:1"])
})

test("two IPv4 addresses are of one group if and only if their first 16 bits are alike", () => {
  const byte = fc.nat(255)
  const address = fc.tuple(fc.nat(3), fc.nat(3), byte, byte)
  fc.assert(
    fc.property(address, address, (a, b) => {
      const groups = [a, b].map((parts) => netgroupOf(`tcp://${parts.join(".")}:9/`, false))
      expect(groups[0] === groups[1]).toBe(a[0] === b[0] && a[1] === b[1])
    }),
  )
})

test("names are of 16 groups, however many there are; those of one domain are of one", () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,9}[a-z0-9])?$/)
  const top = fc.stringMatching(/^[a-z]{2,6}$/).filter((text) => text !== "i2p" && text !== "onion")
  fc.assert(
    fc.property(label, label, label, top, (a, b, domain, end) => {
      const groups = [`${a}.${domain}`, `${a}.${b}.${domain}`, domain].map((name) =>
        netgroupOf(`tcp://${name}.${end}:9/`, false),
      )
      expect(groups[0]).toMatch(/^name\/(\d|1[0-5])$/)
      expect(new Set(groups).size).toBe(1)
    }),
  )
  const many = Array.from({ length: 1000 }, (_, i) => netgroupOf(`tcp://node.of${i}.example:9/`, false))
  const most = Math.max(...[...new Set(many)].map((group) => many.filter((other) => other === group).length))
  expect(new Set(many).size).toBe(16)
  expect(most).toBeLessThan(100)
})
