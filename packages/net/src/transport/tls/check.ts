import { ConnectError } from "../error.ts"
import { OID, TLS_NAME, publicKeyInfo } from "./certificate.ts"
import { DerError, DerReader, TAG } from "./der.ts"

const PUBLIC_KEY_BYTES = 32

/**
 * Sees that a certificate is one of the network's (darkfi-net 9.3): it is there, it is X.509, it names `dark.fi` and nothing
 * else, and its key is Ed25519. Who issued it, when it is valid and what it may be used for is not looked at: anybody can
 * make one, so it proves nothing but that the other side speaks our language. That the other side holds the key has been
 * proven in the handshake.
 *
 * @param peer Whose it is, for the error.
 * @throws {ConnectError} `bad-certificate`, and nothing else, whatever the bytes are
 */
export function checkCertificate(certificate: Uint8Array | undefined, peer: string): void {
  const fault = certificate === undefined ? "it shows no certificate" : faultOf(certificate)
  if (fault !== undefined) throw new ConnectError("bad-certificate", `cannot trust ${peer}`, fault)
}

/** What is wrong with a certificate; undefined if nothing is. */
function faultOf(certificate: Uint8Array): string | undefined {
  try {
    const { publicKey, subjectAltNames } = parse(certificate)
    const [names, ...more] = subjectAltNames
    if (names === undefined) return `its certificate has no subject alternative name, where ${TLS_NAME} is due`
    if (more.length > 0) return "its certificate has more than one extension for subject alternative names"
    return faultOfNames(names) ?? faultOfKey(publicKey)
  } catch (error) {
    if (error instanceof DerError) return `its certificate is not X.509: ${error.message}`
    throw error
  }
}

function faultOfNames(extension: Uint8Array): string | undefined {
  const value = new DerReader(extension)
  const names = value.enter(TAG.sequence, "the list of names")
  value.end("the list of names")
  if (!names.is(TAG.implicit(2))) return "its certificate's first name is not a DNS name"
  const name = names.read(TAG.implicit(2), "the name")
  if (!names.isDone) return "its certificate has more than one name"
  return isSame(name, new TextEncoder().encode(TLS_NAME)) ? undefined : `its certificate's name is not ${TLS_NAME}`
}

function faultOfKey(info: Uint8Array): string | undefined {
  const expected = publicKeyInfo(info.subarray(-PUBLIC_KEY_BYTES))
  return isSame(info, expected) ? undefined : "its certificate's key is not Ed25519"
}

/** What of a certificate is looked at. */
interface Certificate {
  /** X.509's SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
  /** The contents of the extensions of that name. */
  readonly subjectAltNames: readonly Uint8Array[]
}

/** Takes a certificate apart (RFC 5280 4.1). Throws a {@link DerError}. */
function parse(bytes: Uint8Array): Certificate {
  const file = new DerReader(bytes)
  const outer = file.enter(TAG.sequence, "the certificate")
  file.end("the certificate")
  const content = outer.enter(TAG.sequence, "its content")
  outer.read(TAG.sequence, "the signature's algorithm")
  outer.read(TAG.bitString, "the signature")
  outer.end("the signature")

  if (content.is(TAG.explicit(0))) content.skip("the version")
  content.read(TAG.integer, "the serial number")
  content.read(TAG.sequence, "the algorithm")
  content.read(TAG.sequence, "the issuer")
  content.read(TAG.sequence, "the validity")
  content.read(TAG.sequence, "the subject")
  const publicKey = content.readWhole(TAG.sequence, "the public key")
  for (const id of [TAG.implicit(1), TAG.implicit(2)]) if (content.is(id)) content.skip("a unique identifier")
  const subjectAltNames = content.is(TAG.explicit(3)) ? subjectAltNamesOf(content) : []
  content.end("the content")
  return { publicKey, subjectAltNames }
}

function subjectAltNamesOf(content: DerReader): Uint8Array[] {
  const wrapper = content.enter(TAG.explicit(3), "the extensions")
  const extensions = wrapper.enter(TAG.sequence, "the list of extensions")
  wrapper.end("the list of extensions")
  const found: Uint8Array[] = []
  while (!extensions.isDone) {
    const extension = extensions.enter(TAG.sequence, "an extension")
    const id = extension.readWhole(TAG.oid, "an extension's name")
    if (extension.is(TAG.boolean)) extension.skip("whether an extension is critical")
    const value = extension.read(TAG.octetString, "an extension's value")
    extension.end("an extension")
    if (isSame(id, OID.subjectAltName)) found.push(value)
  }
  return found
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
