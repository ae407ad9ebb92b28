import fc from "fast-check"
import { expect, test } from "vitest"
import { hostGuard } from "./host-guard.ts"

test("a loopback listener takes the names of this computer, with any port, and pages that it serves", () => {
  const guard = hostGuard("127.0.0.1")
  for (const host of ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "127.1.2.3", "[::1]:80"]) {
    expect(guard(host, undefined)).toBeUndefined()
    expect(guard(host, `http://${host}`)).toBeUndefined()
  }
})

test("a loopback listener takes no other name, however it is written", () => {
  const guard = hostGuard("::1")
  const hosts = ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "x@localhost", "localhost/x", ""]
  for (const host of [...hosts, "evil.example#localhost", "evil.example?localhost", undefined]) {
    expect(guard(host, undefined)).toContain("host")
    if (host !== undefined) expect(guard("localhost", `https://${host}`)).toContain("origin")
  }
  for (const origin of ["null", "", "file://", "chrome-extension://abc"])
    expect(guard("localhost", origin)).toBeDefined()
})

test("no name is let in but those of this computer", () => {
  const guard = hostGuard("127.0.0.1")
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.domain(), fc.webAuthority()), (host) => {
      const isLocal = /^(?:localhost|127(?:\.\d+){1,3}|\[::1\])(?::\d*)?$/i.test(host)
      if (!isLocal) expect(guard(host, undefined)).toBeDefined()
    }),
  )
})

test("elsewhere anything is taken, unless names are given; those are all there is then", () => {
  expect(hostGuard("0.0.0.0")("any.example", "https://any.example")).toBeUndefined()
  const guard = hostGuard("0.0.0.0", {
    allowedHosts: ["Api.example", "b.example:81"],
    allowedOrigins: ["https://app.example"],
  })
  expect(guard("api.example:8080", "https://app.example")).toBeUndefined()
  expect(guard("b.example:81", undefined)).toBeUndefined()
  expect(guard("b.example:80", undefined)).toBeDefined()
  expect(guard("api.example", "https://app.example.evil.example")).toBeDefined()
  expect(hostGuard("127.0.0.1", { allowedHosts: "any", allowedOrigins: "any" })("x", "null")).toBeUndefined()
})
