import { constants } from "node:crypto"
import { isIP } from "node:net"
import { connect, createSecureContext, TLSSocket, type SecureContext } from "node:tls"
import type { Duplex } from "node:stream"
import { formatAddress } from "../address.ts"
import {
  NetworkError,
  type Address,
  type ByteStream,
  type StreamOptions,
  type TlsIdentity,
  type TlsOffer,
  type TlsOptions,
  type TlsStream,
} from "../network.ts"
import type { SlabPool } from "../stream/write-buffer.ts"
import { tlsReason } from "./network-error.ts"
import { NodeStream } from "./stream.ts"

/** Says what the TLS context of each identity and offer is. Making one costs as much as half a handshake, so each is made once. */
export class TlsContexts {
  readonly #known = new WeakMap<object, WeakMap<object, SecureContext>>()

  /** Throws a {@link NetworkError} `tls` when the certificate, the key or the offer cannot be used. */
  of({ identity, offer }: Pick<TlsOptions, "identity" | "offer">): SecureContext {
    const [who, what] = [identity ?? NOBODY, offer ?? ANYTHING]
    let known = this.#known.get(who)
    if (known === undefined) this.#known.set(who, (known = new WeakMap()))
    let context = known.get(what)
    if (context === undefined) known.set(what, (context = createContext(identity, offer)))
    return context
  }
}

/**
 * No session is taken up again: each connection shows its certificates. OpenSSL still hands out tickets, but they name a
 * session that is kept nowhere; otherwise they hold the peer's certificate, and two of them behind the handshake make it keep
 * larger buffers, 18 KiB for each connection that is accepted.
 */
const NO_TICKETS = constants.SSL_OP_NO_TICKET

/** Stand for the identity and the offer where there is none. */
const NOBODY = {}
const ANYTHING = {}

/**
 * A TLS handshake over a connected socket, which `stream` was made of. `make` is called at the very moment when it is
 * done, so that nothing that comes right behind is missed. Rejects with a {@link NetworkError} `tls` or the signal's
 * reason; the socket is destroyed then.
 */
export function handshake(
  raw: Duplex,
  stream: ByteStream,
  context: SecureContext,
  options: TlsOptions,
  make: (socket: TLSSocket) => TlsStream,
): Promise<TlsStream> {
  const { signal } = options
  return new Promise((resolve, reject) => {
    const socket =
      options.role === "client"
        ? clientSocket(raw, context, options.serverName)
        : serverSocket(raw, context, options.requestCertificate === true)
    const done = options.role === "client" ? "secureConnect" : "secure"
    const settle = (): void => {
      socket.off(done, succeeded)
      socket.off("error", failed)
      socket.off("end", left)
      socket.off("close", left)
      raw.off("end", left)
      signal?.removeEventListener("abort", aborted)
    }
    const giveUp = (reason: unknown): void => {
      settle()
      socket.on("error", () => {})
      socket.destroy()
      reject(reason)
    }
    const succeeded = (): void => {
      settle()
      resolve(make(socket))
    }
    const failed = (error: Error): void => giveUp(tlsFailure(stream, tlsReason(error), error))
    const left = (): void => giveUp(tlsFailure(stream, "the other side left before it was done"))
    const aborted = (): void => giveUp(signal?.reason)
    socket.on(done, succeeded)
    socket.on("error", failed)
    socket.on("end", left)
    socket.on("close", left)
    // What the plain socket had read already, its end too, is not told to the TLS socket again.
    raw.on("end", left)
    signal?.addEventListener("abort", aborted, { once: true })
  })
}

/** A stream after its handshake. */
export class NodeTlsStream extends NodeStream implements TlsStream {
  readonly #socket: TLSSocket

  constructor(socket: TLSSocket, local: Address, remote: Address, pool: SlabPool, options: StreamOptions) {
    super(socket, local, remote, pool, options)
    this.#socket = socket
  }

  /** Asked of the socket, which has it anyway: it is looked at once, and a copy would live as long as the stream. */
  get peerCertificate(): Uint8Array | undefined {
    const certificate = this.#socket.getPeerX509Certificate()
    return certificate === undefined ? undefined : new Uint8Array(certificate.raw)
  }
}

/** The text of a failed handshake says with whom, and why. */
export function tlsFailure(stream: ByteStream, why: string, cause?: Error): NetworkError {
  return new NetworkError("tls", `the TLS handshake with ${formatAddress(stream.remoteAddress)} failed: ${why}`, {
    cause,
  })
}

function clientSocket(raw: Duplex, secureContext: SecureContext, serverName: string | undefined): TLSSocket {
  return connect({
    socket: raw,
    secureContext,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    // A server name is a name; TLS knows none that is an address.
    ...(serverName === undefined || isIP(serverName) !== 0 ? undefined : { servername: serverName }),
  })
}

function serverSocket(raw: Duplex, secureContext: SecureContext, requestCert: boolean): TLSSocket {
  const socket = new TLSSocket(raw, {
    isServer: true,
    secureContext,
    requestCert,
    rejectUnauthorized: false,
  })
  // Without a tls.Server behind it, Node tells what breaks after the handshake by this event only, and leaves the socket open.
  socket.on("_tlsError", destroyBy)
  return socket
}

/** A listener that all sockets share. */
function destroyBy(this: TLSSocket, error: Error): void {
  this.destroy(error)
}

function createContext(identity: TlsIdentity | undefined, offer: TlsOffer | undefined): SecureContext {
  try {
    return createSecureContext({
      minVersion: "TLSv1.3",
      maxVersion: "TLSv1.3",
      secureOptions: NO_TICKETS,
      ...(identity === undefined
        ? undefined
        : { cert: pem("CERTIFICATE", identity.certificate), key: pem("PRIVATE KEY", identity.privateKey) }),
      ...(offer === undefined
        ? undefined
        : {
            sigalgs: offer.signatureAlgorithms.join(":"),
            ecdhCurve: offer.groups.join(":"),
            ciphers: offer.cipherSuites.join(":"),
          }),
    })
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error))
    throw new NetworkError(
      "tls",
      `this certificate, its key or this offer cannot be used: ${tlsReason(cause)}; certificate and key are DER, the key PKCS#8`,
      { cause },
    )
  }
}

/** DER in the armour that Node's TLS asks for. */
function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`
}
