import { generateKeyPairSync, sign, type KeyObject } from "node:crypto"
import type { TlsIdentity } from "@dchat/runtime"
import { OID } from "../transport/tls/certificate.ts"
import { TAG, ascii, element, oid, unsigned } from "../transport/tls/der.ts"

/** What an identity is made of, that need not be one of the network's. */
export interface Forgery {
  /** Default: ed25519. */
  readonly key?: "ed25519" | "p-256" | "rsa"
  /** The content of each extension with subject alternative names. Default: one with just `dark.fi`. */
  readonly names?: readonly (readonly Uint8Array[])[]
}

/** A DNS name as it stands in a certificate. */
export const dnsName = (name: string): Uint8Array => ascii(TAG.implicit(2), name)

/** An IP address as it stands in a certificate. */
export const ipName = (...bytes: readonly number[]): Uint8Array => element(TAG.implicit(7), Uint8Array.from(bytes))

/** A key and a certificate that TLS can be spoken with, whatever the network thinks of it. */
export function forgedIdentity({ key = "ed25519", names = [[dnsName("dark.fi")]] }: Forgery = {}): TlsIdentity {
  const { publicKey, privateKey } = newKey(key)
  const algorithm = element(TAG.sequence, ...ALGORITHM[key])
  const name = element(
    TAG.sequence,
    element(TAG.set, element(TAG.sequence, OID.commonName, ascii(TAG.utf8String, "forged"))),
  )
  const validity = element(
    TAG.sequence,
    ascii(TAG.utcTime, "750101000000Z"),
    ascii(TAG.generalizedTime, "40960101000000Z"),
  )
  const extensions = names.map((list) =>
    element(TAG.sequence, OID.subjectAltName, element(TAG.octetString, element(TAG.sequence, ...list))),
  )
  const content = element(
    TAG.sequence,
    element(TAG.explicit(0), unsigned(Uint8Array.of(2))),
    unsigned(Uint8Array.of(1)),
    algorithm,
    name,
    validity,
    name,
    new Uint8Array(publicKey.export({ format: "der", type: "spki" })),
    ...(extensions.length === 0 ? [] : [element(TAG.explicit(3), element(TAG.sequence, ...extensions))]),
  )
  const signature = sign(key === "ed25519" ? null : "sha256", content, privateKey)
  return {
    certificate: element(TAG.sequence, content, algorithm, element(TAG.bitString, Uint8Array.of(0), signature)),
    privateKey: new Uint8Array(privateKey.export({ format: "der", type: "pkcs8" })),
  }
}

/** The algorithm of a key's signatures, with its parameters. */
const ALGORITHM = {
  ed25519: [OID.ed25519],
  "p-256": [oid("1.2.840.10045.4.3.2")],
  rsa: [oid("1.2.840.113549.1.1.11"), Uint8Array.of(5, 0)],
} as const

function newKey(kind: "ed25519" | "p-256" | "rsa"): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  if (kind === "ed25519") return generateKeyPairSync("ed25519")
  if (kind === "rsa") return generateKeyPairSync("rsa", { modulusLength: 2048 })
  return generateKeyPairSync("ec", { namedCurve: "P-256" })
}
