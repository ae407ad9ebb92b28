import { StreamPrelude, type ByteStream, type Runtime } from "@dchat/runtime"
import type { Credentials, Destination } from "./route.ts"

/** What a proxy says when it does not connect, by the code in its reply (RFC 1928 6). */
const REFUSALS: readonly string[] = [
  "",
  "the proxy failed",
  "the proxy's rules forbid it",
  "network unreachable",
  "host unreachable",
  "refused",
  "timed out",
  "the proxy cannot connect",
  "the proxy does not know this kind of address",
]

const VERSION = 5
const CONNECT = 1
const NO_LOGIN = 0
const LOGIN = 2
const NONE_ACCEPTABLE = 0xff
const LOGIN_VERSION = 1
const DOMAIN = 3

/** The proxy did not do what it was asked for. The message says why, in a word or two. */
export class SocksError extends Error {
  override readonly name = "SocksError"
}

/** What {@link askProxy} asks for, and with what. */
export interface ProxyRequest {
  readonly destination: Destination
  readonly credentials: Credentials | undefined
  readonly clock: Pick<Runtime["clock"], "defer">
  readonly signal?: AbortSignal | undefined
}

/**
 * Has a SOCKS5 proxy, to which `stream` leads, connect to a destination (RFC 1928, RFC 1929; darkfi-net 9.5). The host goes as
 * text even if it is an IP address, so that the proxy alone looks names up.
 *
 * @returns The stream to the destination.
 * @throws {SocksError} if the proxy refuses or does not speak SOCKS5; {@link NetworkError}; the signal's reason
 */
export async function askProxy(
  stream: ByteStream,
  { destination, credentials, clock, signal }: ProxyRequest,
): Promise<ByteStream> {
  const proxy = new StreamPrelude(stream, clock)
  const methods = credentials === undefined ? [NO_LOGIN] : [NO_LOGIN, LOGIN]
  proxy.write(Uint8Array.of(VERSION, methods.length, ...methods))
  const [version, method = NONE_ACCEPTABLE] = await proxy.read(2, { signal })
  if (version !== VERSION) throw new SocksError("the proxy does not speak SOCKS5")
  if (!methods.includes(method)) throw new SocksError(whyNot(method, credentials))
  if (method === LOGIN && credentials !== undefined) {
    proxy.write(Uint8Array.of(LOGIN_VERSION, ...counted(credentials.user), ...counted(credentials.password)))
    const [, status] = await proxy.read(2, { signal })
    if (status !== 0) throw new SocksError("the proxy does not take our name and password")
  }
  const { host, port } = destination
  proxy.write(Uint8Array.of(VERSION, CONNECT, 0, DOMAIN, ...counted(host), port >> 8, port & 0xff))
  await readReply(proxy, signal)
  return proxy.handBack()
}

/** Reads the answer, with the address in it, which is of no interest. */
async function readReply(proxy: StreamPrelude, signal: AbortSignal | undefined): Promise<void> {
  const [version, code = 0, , kind] = await proxy.read(4, { signal })
  if (version !== VERSION) throw new SocksError("the proxy does not speak SOCKS5")
  if (code !== 0) throw new SocksError(REFUSALS[code] ?? `the proxy answers with the unknown code ${code}`)
  await proxy.read((await addressBytes(proxy, kind, signal)) + 2, { signal })
}

/** How long the address is that comes next. */
async function addressBytes(
  proxy: StreamPrelude,
  kind: number | undefined,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (kind === 1) return 4
  if (kind === 4) return 16
  if (kind !== DOMAIN) throw new SocksError("the proxy answers with an unknown kind of address")
  const [length = 0] = await proxy.read(1, { signal })
  return length
}

function whyNot(method: number, credentials: Credentials | undefined): string {
  if (method !== NONE_ACCEPTABLE && method !== LOGIN) return `the proxy chooses a login that was not offered: ${method}`
  return credentials === undefined ? "the proxy wants a name and a password" : "the proxy takes no login of ours"
}

/** Text with its length before it. */
function counted(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  if (bytes.length === 0 || bytes.length > 255)
    throw new SocksError(`a host, a name or a password has 1 to 255 bytes for a proxy, not ${bytes.length}`)
  return Uint8Array.of(bytes.length, ...bytes)
}
