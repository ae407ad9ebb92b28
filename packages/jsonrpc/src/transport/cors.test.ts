import fc from "fast-check"
import { expect, test } from "vitest"
import { corsPolicy } from "./cors.ts"

const asks = (more: Record<string, string> = {}) => {
  const headers: Record<string, string> = {
    origin: "https://app.example",
    "access-control-request-method": "POST",
    ...more,
  }
  return (name: string) => headers[name]
}

test("a page of an origin that is named may call with JSON, a token, and the headers that the option names", () => {
  const cors = corsPolicy("0.0.0.0", { allowedOrigins: ["https://app.example"], allowedHeaders: ["x-trace"] })
  expect(cors.headersFor("https://app.example")).toEqual({
    "access-control-allow-origin": "https://app.example",
    vary: "Origin",
  })
  expect(cors.headersFor(undefined)).toEqual({})
  expect(cors.preflight("OPTIONS", asks())).toEqual({
    "access-control-allow-origin": "https://app.example",
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "content-type, authorization, x-trace",
    "access-control-max-age": "7200",
    vary: "Origin",
  })
  expect(cors.preflight("OPTIONS", asks({ "access-control-request-private-network": "true" }))).toMatchObject({
    "access-control-allow-private-network": "true",
  })
})

test("a request that does not ask is no preflight", () => {
  const cors = corsPolicy("127.0.0.1", {})
  expect(cors.preflight("POST", asks())).toBeUndefined()
  expect(cors.preflight("OPTIONS", (name) => (name === "origin" ? "http://localhost" : undefined))).toBeUndefined()
  expect(cors.preflight("OPTIONS", (name) => (name === "origin" ? undefined : "POST"))).toBeUndefined()
})

test("where everybody can come in, nothing is said unless origins are named", () => {
  const cors = corsPolicy("192.168.0.7", {})
  expect(cors.headersFor("https://app.example")).toEqual({})
  expect(cors.preflight("OPTIONS", asks())).toBeUndefined()
  const any = corsPolicy("192.168.0.7", { allowedOrigins: "any" })
  expect(any.headersFor("https://app.example")).toMatchObject({ "access-control-allow-origin": "https://app.example" })
})

test("cookies come along only for origins that are named", () => {
  const named = corsPolicy("0.0.0.0", { allowedOrigins: ["https://app.example"], allowCredentials: true })
  expect(named.preflight("OPTIONS", asks())).toMatchObject({ "access-control-allow-credentials": "true" })
  fc.assert(
    fc.property(fc.webUrl(), fc.boolean(), (origin, allowCredentials) => {
      const policies = [
        corsPolicy("0.0.0.0", { allowedOrigins: "any", allowCredentials }),
        corsPolicy("127.0.0.1", { allowCredentials }),
      ]
      for (const policy of policies) {
        expect(policy.headersFor(origin)).not.toHaveProperty("access-control-allow-credentials")
      }
    }),
  )
})
