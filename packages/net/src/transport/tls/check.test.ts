import fc from "fast-check"
import { generateKeyPairSync } from "node:crypto"
import { SeededRandom } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import recorded from "../../fixtures/tls.json" with { type: "json" }
import { ConnectError } from "../error.ts"
import { OID, newIdentity, publicKeyInfo } from "./certificate.ts"
import { checkCertificate } from "./check.ts"
import { TAG, ascii, element, oid } from "./der.ts"

const EMPTY = element(TAG.sequence)
const KEY = publicKeyInfo(new Uint8Array(32).fill(7))
const NAME = ascii(TAG.implicit(2), "dark.fi")
const CRITICAL = element(TAG.boolean, Uint8Array.of(0xff))

/** An extension with subject alternative names. */
const names = (...list: readonly Uint8Array[]) =>
  element(TAG.sequence, OID.subjectAltName, element(TAG.octetString, element(TAG.sequence, ...list)))

/** A certificate with such a key and such extensions, and nothing else of interest. */
function certificate(publicKey: Uint8Array, ...extensions: readonly Uint8Array[]): Uint8Array {
  const content = element(
    TAG.sequence,
    element(TAG.explicit(0), element(TAG.integer, Uint8Array.of(2))),
    element(TAG.integer, Uint8Array.of(1)),
    ...[EMPTY, EMPTY, EMPTY, EMPTY],
    publicKey,
    element(TAG.explicit(3), element(TAG.sequence, ...extensions)),
  )
  return element(TAG.sequence, content, EMPTY, element(TAG.bitString, Uint8Array.of(0)))
}

function spki(type: "rsa" | "ec" | "x25519"): Uint8Array {
  const options = { modulusLength: 1024, namedCurve: "P-256" } as const
  const { publicKey } = generateKeyPairSync(type as "ec", options)
  return publicKey.export({ format: "der", type: "spki" })
}

test.each([
  ...recorded.seen.map(({ role, certDer }) => [role, Buffer.from(certDer, "hex")] as const),
  ["Node, as server", Buffer.from(recorded.nodeCertificates.server, "hex")] as const,
  ["Node, as client", Buffer.from(recorded.nodeCertificates.client, "hex")] as const,
  ["our own", newIdentity(new SeededRandom("check")).certificate] as const,
  ["one that is critical of its name, with other extensions", certificate(KEY, element(TAG.sequence, oid("1.2.3"), element(TAG.octetString)), element(TAG.sequence, OID.subjectAltName, CRITICAL, element(TAG.octetString, element(TAG.sequence, NAME))))] as const,
])("a certificate of the network is taken: %s", (_whose, der) => {
  expect(() => checkCertificate(der, "peer")).not.toThrow()
}) // prettier-ignore

test.each([
  ["no certificate", undefined, "it shows no certificate"],
  ["no bytes", new Uint8Array(), "its certificate is not X.509: the certificate is missing"],
  ["garbage", new TextEncoder().encode("GET / HTTP/1.1"), "its certificate is not X.509: the certificate is missing"],
  ["a length beyond the end", Uint8Array.of(0x30, 0x82, 1, 0), "its certificate is not X.509: the certificate has a length that cannot be"],
  ["bytes behind it", Uint8Array.of(...certificate(KEY, names(NAME)), 0), "its certificate is not X.509: the certificate is followed by 1 bytes too many"],
  ["no name", certificate(KEY), "its certificate has no subject alternative name, where dark.fi is due"],
  ["an empty list of names", certificate(KEY, names()), "its certificate's first name is not a DNS name"],
  ["another name", certificate(KEY, names(ascii(TAG.implicit(2), "dark.fi.example"))), "its certificate's name is not dark.fi"],
  ["the name in capitals", certificate(KEY, names(ascii(TAG.implicit(2), "DARK.FI"))), "its certificate's name is not dark.fi"],
  ["the name with a zero byte", certificate(KEY, names(ascii(TAG.implicit(2), "dark.fi\0"))), "its certificate's name is not dark.fi"],
  ["the name as a URI", certificate(KEY, names(ascii(TAG.implicit(6), "dark.fi"))), "its certificate's first name is not a DNS name"],
  ["an IP address", certificate(KEY, names(element(TAG.implicit(7), Uint8Array.of(127, 0, 0, 1)))), "its certificate's first name is not a DNS name"],
  ["two names", certificate(KEY, names(NAME, NAME)), "its certificate has more than one name"],
  ["two lists of names", certificate(KEY, names(NAME), names(NAME)), "its certificate has more than one extension for subject alternative names"],
  ["an RSA key", certificate(spki("rsa"), names(NAME)), "its certificate's key is not Ed25519"],
  ["a P-256 key", certificate(spki("ec"), names(NAME)), "its certificate's key is not Ed25519"],
  ["an X25519 key", certificate(spki("x25519"), names(NAME)), "its certificate's key is not Ed25519"],
  ["a key of 31 bytes", certificate(publicKeyInfo(new Uint8Array(31)), names(NAME)), "its certificate's key is not Ed25519"],
] as const)("refused: %s", (_what, der, reason) => {
  const check = () => checkCertificate(der, "tcp+tls://10.0.0.1:1000/")
  expect(check).toThrow(ConnectError)
  expect(check).toThrow(`cannot trust tcp+tls://10.0.0.1:1000/: ${reason}`)
}) // prettier-ignore

test("whatever the bytes are, the check says yes or throws its own error", () => {
  const good = newIdentity(new SeededRandom("fuzz")).certificate
  const damaged = fc
    .array(fc.record({ at: fc.nat(good.length - 1), byte: fc.integer({ min: 0, max: 255 }) }), {
      minLength: 1,
      maxLength: 4,
    })
    .map((edits) => edits.reduce((bytes, { at, byte }) => bytes.with(at, byte), good))
  const cut = fc.nat(good.length - 1).map((length) => good.subarray(0, length))
  fc.assert(
    fc.property(fc.oneof(damaged, cut, fc.uint8Array({ maxLength: 400 })), (bytes) => {
      try {
        checkCertificate(bytes, "peer")
      } catch (error) {
        expect(error).toBeInstanceOf(ConnectError)
        expect(error).toMatchObject({ code: "bad-certificate" })
      }
    }),
    { numRuns: 5000 },
  )
})
