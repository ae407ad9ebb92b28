import { X509Certificate, createPrivateKey, createPublicKey, randomBytes } from "node:crypto"
import { SeededRandom } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import recorded from "../../fixtures/tls.json" with { type: "json" }
import { certificateContent, newIdentity } from "./certificate.ts"

/** Certificates of both roles of the reference, and two that both took. */
const CERTIFICATES = [
  ...recorded.seen.map(({ role, certDer }) => [role, certDer] as const),
  ...Object.entries(recorded.nodeCertificates),
]

test.each(CERTIFICATES)(
  "what we sign is, byte for byte, what stands in a certificate of the reference: %s",
  (_who, hex) => {
    const der = Buffer.from(hex, "hex")
    const key = new X509Certificate(der).publicKey.export({ format: "der", type: "spki" }).subarray(-32)
    const content = Buffer.from(certificateContent(key)).toString("hex")
    // The certificate's own header has four bytes; behind the content come the algorithm (7) and the signature (67).
    expect(hex.slice(8, -2 * (7 + 67))).toBe(content)
  },
)

test("a new identity is a certificate of the recorded length, signed by its own key", () => {
  const { certificate, privateKey } = newIdentity(new SeededRandom("identity"))
  const parsed = new X509Certificate(certificate)
  const key = createPrivateKey({ key: Buffer.from(privateKey), format: "der", type: "pkcs8" })
  expect(parsed.checkPrivateKey(key)).toBe(true)
  expect(parsed.verify(createPublicKey(key))).toBe(true)
  expect(parsed.subject).toBe("CN=rcgen self signed cert")
  expect(parsed.issuer).toBe(parsed.subject)
  expect(parsed.subjectAltName).toBe("DNS:dark.fi")
  expect(certificate).toHaveLength(CERTIFICATES[0]![1].length / 2)
})

test("every identity is new; the same random numbers give the same one", () => {
  const random = new SeededRandom("identities")
  const [first, second] = [newIdentity(random), newIdentity(random)]
  expect(first.certificate).not.toEqual(second.certificate)
  expect(newIdentity(new SeededRandom("identities"))).toEqual(first)
})

test("a serial number is never negative and has no needless zeros, whatever the key", () => {
  for (let i = 0; i < 2000; i++) {
    const content = certificateContent(randomBytes(32))
    // Behind the headers of content and version.
    const [tag, length = 0, first = 0xff, second = 0] = content.subarray(3 + 5)
    expect(tag).toBe(2)
    expect(length).toBeLessThanOrEqual(20)
    expect(first).toBeLessThan(0x80)
    if (first === 0) expect(second).toBeGreaterThanOrEqual(0x80)
  }
})
