import type { Random, TlsIdentity } from "@dchat/runtime"
import { ed25519, sha256 } from "../../platform/crypto.ts"
import { TAG, ascii, element, oid, unsigned } from "./der.ts"

/** The name that every certificate of the network is made out to, and that every client asks for (darkfi-net 9.3). */
export const TLS_NAME = "dark.fi"

/** Object identifiers as they stand in a certificate. */
export const OID = {
  ed25519: oid("1.3.101.112"),
  commonName: oid("2.5.4.3"),
  subjectAltName: oid("2.5.29.17"),
  extendedKeyUsage: oid("2.5.29.37"),
  clientAuth: oid("1.3.6.1.5.5.7.3.2"),
  serverAuth: oid("1.3.6.1.5.5.7.3.1"),
} as const

const SERIAL_BYTES = 20
const PRIVATE_KEY_BYTES = 32

/** A new key, and a certificate for it that looks like every other node's (darkfi-net 9.3). */
export function newIdentity(random: Random): TlsIdentity {
  const key = ed25519(random.bytes(PRIVATE_KEY_BYTES))
  const content = certificateContent(key.publicKey)
  const certificate = sequence(content, sequence(OID.ed25519), bitString(key.sign(content)))
  return { certificate, privateKey: key.pkcs8 }
}

/** What of a certificate is signed: X.509's TBSCertificate (RFC 5280 4.1). It follows from the key alone. */
export function certificateContent(publicKey: Uint8Array): Uint8Array {
  const version3 = element(TAG.explicit(0), unsigned(Uint8Array.of(2)))
  const name = sequence(element(TAG.set, sequence(OID.commonName, ascii(TAG.utf8String, "rcgen self signed cert"))))
  const validity = sequence(ascii(TAG.utcTime, "750101000000Z"), ascii(TAG.generalizedTime, "40960101000000Z"))
  const names = sequence(ascii(TAG.implicit(2), TLS_NAME))
  const usages = sequence(OID.clientAuth, OID.serverAuth)
  return sequence(
    version3,
    unsigned(serialOf(publicKey)),
    sequence(OID.ed25519),
    name,
    validity,
    name,
    publicKeyInfo(publicKey),
    element(TAG.explicit(3), sequence(extension(OID.subjectAltName, names), extension(OID.extendedKeyUsage, usages))),
  )
}

/** An Ed25519 key as it stands in a certificate: 44 bytes (RFC 8410 4). */
export function publicKeyInfo(publicKey: Uint8Array): Uint8Array {
  return sequence(sequence(OID.ed25519), bitString(publicKey))
}

/** The first bytes of the key's hash, as a number that is not negative. */
function serialOf(publicKey: Uint8Array): Uint8Array {
  const serial = sha256(publicKey).slice(0, SERIAL_BYTES)
  serial[0] = (serial[0] ?? 0) & 0x7f
  return serial
}

function extension(id: Uint8Array, value: Uint8Array): Uint8Array {
  return sequence(id, element(TAG.octetString, value))
}

/** The byte before the bits says how many of the last byte's are unused: none. */
function bitString(bytes: Uint8Array): Uint8Array {
  return element(TAG.bitString, Uint8Array.of(0), bytes)
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return element(TAG.sequence, ...parts)
}
