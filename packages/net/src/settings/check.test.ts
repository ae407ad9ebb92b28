import { FormatError } from "@dchat/wire"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { withCanonicalUrls } from "./canonical.ts"
import { SettingsError } from "./error.ts"
import { defaultSettings, type Settings } from "./settings.ts"

/** What is said of settings that a program without a compiler has made. */
function complaint(settings: Record<string, unknown>): string | undefined {
  try {
    withCanonicalUrls({ ...defaultSettings, ...(settings as Partial<Settings>) })
    return undefined
  } catch (error) {
    if (error instanceof SettingsError || error instanceof FormatError) return error.message
    throw error
  }
}

test("the defaults are allowed, and so is what may be missing", () => {
  expect(complaint({})).toBeUndefined()
  expect(complaint({ hostlist: undefined, torSocks5Proxy: undefined, getaddrsMax: undefined })).toBeUndefined()
})

test("a value that is not allowed is named, with what is", () => {
  expect(complaint({ outboundConnections: "8" })).toBe(
    'outboundConnections is "8", but must be a whole number from 0 to 65535',
  )
  expect(complaint({ outboundConnections: -1 })).toContain("outboundConnections is -1")
  expect(complaint({ inboundConnections: Number.NaN })).toContain("inboundConnections is NaN")
  expect(complaint({ inboundAddrs: "tcp://127.0.0.1:1" })).toContain("but must be a list")
  expect(complaint({ peers: [7] })).toBe("peers[0] is 7, but must be a text")
  expect(complaint({ localnet: "yes" })).toContain("but must be true or false")
  expect(complaint({ seeds: undefined })).toContain("seeds is missing")
  expect(complaint({ magicBytes: [1, 2, 3, 4] })).toContain("a Uint8Array of 4 bytes")
  expect(complaint({ appVersion: { major: 0, minor: 1, patch: 0 } })).toContain("a version such as { major: 0n")
  for (const host of ["host:80", "[::1]", "host/x", "user@host", "%", ""]) {
    expect(complaint({ blacklist: [{ host, schemes: [], ports: [] }] })).toContain("but must be a list, each element {")
  }
  expect(complaint({ blacklist: ["1.2.3.4"] })).toContain('{ host: "name", schemes: [], ports: [] }')
  expect(complaint({ greylistRefineryInterval: 0 })).toContain("a number of seconds above 0")
  expect(complaint({ banPolicy: "none" })).toContain("one of strict, relaxed")
})

test("an address that is no URL is named, with an example", () => {
  expect(complaint({ inboundAddrs: ["tcp://127.0.0.1:1", "127.0.0.1:42000"] })).toBe(
    'inboundAddrs[1] is not an absolute URL: "127.0.0.1:42000"; write one such as tcp://127.0.0.1:51554',
  )
})

test("transports of others have schemes and addresses of their own", () => {
  expect(complaint({ inboundAddrs: ["carrier-pigeon://loft"], activeProfiles: ["carrier-pigeon"] })).toBeUndefined()
})

test("a name that is no setting is refused with the one that was meant", () => {
  expect(complaint({ inboundAddr: [] })).toBe("inboundAddr is no setting; did you mean inboundAddrs?")
  expect(complaint({ colour: "green" })).toContain("colour is no setting; there are nodeId, inboundAddrs")
})

test("timeouts of profiles are looked at too", () => {
  expect(complaint({ profiles: { tcp: { outboundConnectTimeout: 5 }, tor: {} } })).toBeUndefined()
  expect(complaint({ profiles: { tcp: { outboundConnectTimeout: -5 } } })).toContain(
    'profiles["tcp"].outboundConnectTimeout is -5',
  )
  expect(complaint({ profiles: { tcp: { connectTimeout: 5 } } })).toContain(
    'profiles["tcp"].connectTimeout is no setting; there are outboundConnectTimeout, ',
  )
  expect(complaint({ profiles: { tcp: 5 } })).toContain("an object of timeouts")
  expect(complaint({ profiles: [] })).toContain("profiles is []")
})

test("whatever a program gives, it is taken or complained about with its name", () => {
  const field = fc.constantFrom(...Object.keys(defaultSettings))
  fc.assert(
    fc.property(field, fc.anything(), (name, value) => {
      const said = complaint({ [name]: value })
      if (said !== undefined) expect(said).toContain(name)
    }),
  )
})
