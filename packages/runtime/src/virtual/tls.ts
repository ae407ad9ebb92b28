import { formatAddress } from "../address.ts"
import type { Clock } from "../clock.ts"
import { NetworkError, type ByteStream, type TlsOptions, type TlsStream } from "../network.ts"
import { StreamPrelude } from "../stream/prelude.ts"

/** What is said in a handshake, in this order; the names are TLS's. */
const KINDS = ["client-hello", "server-hello", "finished"] as const

/** "vTLS", the message's number, and how long its body is, in four bytes. */
const MAGIC = [0x76, 0x54, 0x4c, 0x53] as const
const HEADER_BYTES = 9
const BODY_MAX_BYTES = 64 * 1024

/** First byte of the server's hello: whether it asks the client for a certificate. The rest is its own. */
const ASKS = 1

/**
 * A handshake with the flights, delays and failures of TLS 1.3 but without its arithmetic: each side says its
 * certificate and is believed. What follows goes in the clear. It runs over any stream, and breaks where that breaks.
 */
export async function upgradeTlsInMemory(
  stream: ByteStream,
  options: TlsOptions,
  clock: Pick<Clock, "defer">,
): Promise<TlsStream> {
  const handshake = new Handshake(stream, options.signal, clock)
  try {
    const certificate = options.role === "client" ? await greet(handshake, options) : await answer(handshake, options)
    return Object.assign(handshake.prelude.handBack(), { peerCertificate: certificate })
  } catch (error) {
    await stream.close()
    if (options.signal?.aborted === true || (error instanceof NetworkError && error.code === "tls")) throw error
    throw handshake.failure("the other side left before it was done", error)
  }
}

async function greet(handshake: Handshake, { identity, serverName = "" }: TlsOptions): Promise<Uint8Array> {
  handshake.say("client-hello", new TextEncoder().encode(serverName))
  const hello = await handshake.hear("server-hello")
  handshake.say("finished", hello[0] === ASKS && identity !== undefined ? identity.certificate : new Uint8Array())
  return hello.subarray(1)
}

async function answer(
  handshake: Handshake,
  { identity, requestCertificate = false }: TlsOptions,
): Promise<Uint8Array | undefined> {
  if (identity === undefined) throw handshake.failure("a server must have an identity")
  await handshake.hear("client-hello")
  const hello = new Uint8Array(1 + identity.certificate.length)
  hello[0] = requestCertificate ? ASKS : 0
  hello.set(identity.certificate, 1)
  handshake.say("server-hello", hello)
  const certificate = await handshake.hear("finished")
  return certificate.length > 0 ? certificate : undefined
}

/** The messages of a handshake. */
class Handshake {
  readonly prelude: StreamPrelude
  readonly #stream: ByteStream
  readonly #signal: AbortSignal | undefined

  constructor(stream: ByteStream, signal: AbortSignal | undefined, clock: Pick<Clock, "defer">) {
    this.prelude = new StreamPrelude(stream, clock)
    this.#stream = stream
    this.#signal = signal
  }

  say(kind: (typeof KINDS)[number], body: Uint8Array): void {
    const message = new Uint8Array(HEADER_BYTES + body.length)
    message.set(MAGIC)
    message[MAGIC.length] = KINDS.indexOf(kind)
    new DataView(message.buffer).setUint32(MAGIC.length + 1, body.length)
    message.set(body, HEADER_BYTES)
    this.prelude.write(message)
  }

  async hear(kind: (typeof KINDS)[number]): Promise<Uint8Array<ArrayBuffer>> {
    const header = await this.prelude.read(HEADER_BYTES, { signal: this.#signal })
    if (MAGIC.some((byte, index) => header[index] !== byte)) throw this.failure("the other side does not speak TLS")
    const heard = KINDS[header[MAGIC.length] ?? KINDS.length]
    if (heard !== kind) throw this.failure(`the other side said ${heard ?? "nothing known"} where ${kind} was due`)
    const length = new DataView(header.buffer).getUint32(MAGIC.length + 1)
    if (length > BODY_MAX_BYTES) throw this.failure(`a message of ${length} bytes is longer than ${BODY_MAX_BYTES}`)
    return this.prelude.read(length, { signal: this.#signal })
  }

  failure(why: string, cause?: unknown): NetworkError {
    return new NetworkError(
      "tls",
      `the TLS handshake with ${formatAddress(this.#stream.remoteAddress)} failed: ${why}`,
      { cause },
    )
  }
}
