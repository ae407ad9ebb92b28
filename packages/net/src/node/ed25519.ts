import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto"

/** An Ed25519 key pair (RFC 8032). */
export interface Ed25519Key {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** DER, as TLS takes it. */
  readonly pkcs8: Uint8Array
  /** 64 bytes; the same for the same message. */
  sign(message: Uint8Array): Uint8Array
}

/** What stands before the 32 bytes of a private key in PKCS#8, and before those of a public key in SPKI (RFC 8410). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex")
const SPKI_PREFIX_BYTES = 12

/** The key pair of a private key of 32 bytes. The same every time: what is random about a key is the caller's. */
export function ed25519(privateKey: Uint8Array): Ed25519Key {
  const pkcs8 = Buffer.concat([PKCS8_PREFIX, privateKey])
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" })
  const spki = createPublicKey(key).export({ format: "der", type: "spki" })
  return {
    publicKey: new Uint8Array(spki.subarray(SPKI_PREFIX_BYTES)),
    pkcs8: new Uint8Array(pkcs8),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  }
}

/** SHA-256: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest())
}
