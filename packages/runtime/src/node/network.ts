import type { LookupAddress } from "node:dns"
import { connect as connectSocket, createServer, isIP, type LookupFunction, type Server, type Socket } from "node:net"
import type { TLSSocket } from "node:tls"
import { formatAddress } from "../address.ts"
import { silentLog, type Log } from "../log.ts"
import {
  NetworkError,
  type Address,
  type ByteStream,
  type ConnectOptions,
  type Listener,
  type ListenOptions,
  type Network,
  type StreamOptions,
  type TlsOptions,
  type TlsStream,
} from "../network.ts"
import { networkFailure } from "../network-failure.ts"
import { QueuedListener } from "../stream/queued-listener.ts"
import { SlabPool } from "../stream/write-buffer.ts"
import { toDuplex } from "./duplex.ts"
import { toNetworkError } from "./network-error.ts"
import { nodeClock } from "./clock.ts"
import { Lookups } from "./lookups.ts"
import { NodeStream } from "./stream.ts"
import { removeStaleSocket, UNIX_PATH_MAX_BYTES } from "./unix-path.ts"
import { handshake, NodeTlsStream, tlsFailure, TlsContexts } from "./tls.ts"

type UnixAddress = Extract<Address, { kind: "unix" }>

/**
 * For the system: when more connect within a moment, it drops what their first packets say, and honest ones among them wait
 * for seconds. It takes memory only while they are there; Linux allows 4096.
 */
const BACKLOG = 4096
/**
 * So long one address of a name is tried before the next one is, in milliseconds: Node does not come back to it. Its own 250 are
 * less than the way round the world, or than the second after which a first packet that was lost is sent again.
 */
const ADDRESS_TIMEOUT_MS = 2500
const SOCKET_OPTIONS = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 20_000 }

/** TCP and unix sockets of this computer. */
export class NodeNetwork implements Network {
  readonly #log: Log
  readonly #pool = new SlabPool()
  readonly #tls = new TlsContexts()
  readonly #lookups = new Lookups(nodeClock)

  constructor(log: Log = silentLog) {
    this.#log = log
  }

  connect(address: Address, options: ConnectOptions = {}): Promise<ByteStream> {
    const { signal } = options
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (hasNoHost(address))
      return Promise.reject(networkFailure("not-found", `cannot connect to ${formatAddress(address)}`))
    return new Promise((resolve, reject) => {
      const lookup: LookupFunction = (host, how, answer) => this.#lookups.look(host, how, answer, signal)
      const socket = dial(address, options.localHost, lookup)
      const settle = (): void => {
        socket.off("connect", connected)
        socket.off("error", failed)
        signal?.removeEventListener("abort", aborted)
      }
      const connected = (): void => {
        settle()
        resolve(this.#stream(socket, address, options))
      }
      const failed = (error: Error): void => {
        settle()
        reject(toNetworkError(error, `cannot connect to ${formatAddress(address)}`, address.kind))
      }
      const aborted = (): void => {
        settle()
        socket.on("error", () => {})
        socket.destroy()
        reject(signal?.reason as Error)
      }
      socket.on("connect", connected)
      socket.on("error", failed)
      signal?.addEventListener("abort", aborted, { once: true })
    })
  }

  async listen(address: Address, options: ListenOptions = {}): Promise<Listener> {
    options.signal?.throwIfAborted()
    if (hasNoHost(address)) throw networkFailure("not-found", `cannot listen on ${formatAddress(address)}`)
    const server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: true })
    if (address.kind === "unix") await bindUnix(server, address, options)
    else await bind(server, address, options)
    const listener = new QueuedListener(boundAddress(server, address), options, () => server.close())
    server.on("connection", (socket) => listener.offer(this.#stream(socket, address, options)))
    server.on("error", (error) =>
      this.#log.warn("cannot accept a connection", { address: formatAddress(address), error }),
    )
    return listener
  }

  resolve(host: string, options: { signal?: AbortSignal } = {}): Promise<readonly string[]> {
    const { signal } = options
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (isIP(host) !== 0) return Promise.resolve([host])
    if (host === "") return Promise.reject(networkFailure("not-found", "cannot look up an empty name"))
    return new Promise((resolve, reject) => {
      const aborted = (): void => reject(signal?.reason as Error)
      signal?.addEventListener("abort", aborted, { once: true })
      const answer = (error: Error | null, found: string | readonly LookupAddress[]): void => {
        signal?.removeEventListener("abort", aborted)
        if (error !== null) reject(toNetworkError(error, `cannot look up ${host}`))
        else resolve([...new Set(typeof found === "string" ? [found] : found.map((entry) => entry.address))])
      }
      this.#lookups.look(host, { all: true, verbatim: true }, answer, signal)
    })
  }

  async upgradeTls(stream: ByteStream, options: TlsOptions): Promise<TlsStream> {
    const raw = stream instanceof NodeStream ? stream.release() : toDuplex(stream)
    try {
      options.signal?.throwIfAborted()
      if (raw.destroyed || raw.readableEnded) throw tlsFailure(stream, "the other side has left already")
      if (options.role === "server" && options.identity === undefined)
        throw tlsFailure(stream, "a server must have an identity")
      const make = (socket: TLSSocket): TlsStream =>
        new NodeTlsStream(socket, stream.localAddress, stream.remoteAddress, this.#pool, options)
      return await handshake(raw, stream, this.#tls.of(options), options, make)
    } catch (error) {
      await stream.close()
      throw error
    }
  }

  #stream(socket: Socket, address: Address, options: StreamOptions): NodeStream {
    return new NodeStream(socket, localOf(socket, address), remoteOf(socket, address), this.#pool, options)
  }
}

/** Node takes an empty name for this computer, or for all of its addresses; who asks for nothing gets nothing here. */
function hasNoHost(address: Address): boolean {
  return address.kind === "tcp" && address.host === ""
}

function dial(address: Address, localHost: string | undefined, lookup: LookupFunction): Socket {
  if (address.kind === "unix") return connectSocket({ path: address.path, allowHalfOpen: true })
  return connectSocket({
    host: address.host,
    port: address.port,
    lookup,
    ...SOCKET_OPTIONS,
    autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
    ...(localHost === undefined ? undefined : { localAddress: localHost }),
  })
}

/** As {@link bind}; a file that a crashed program left is replaced. */
async function bindUnix(server: Server, address: UnixAddress, options: ListenOptions): Promise<void> {
  if (Buffer.byteLength(address.path) > UNIX_PATH_MAX_BYTES) {
    const why = `the path has more than ${UNIX_PATH_MAX_BYTES} bytes, which is all that the system has room for; choose a shorter one`
    throw new NetworkError("unsupported", `cannot listen on ${formatAddress(address)}: ${why}`)
  }
  try {
    await bind(server, address, options)
  } catch (error) {
    const isTaken = error instanceof NetworkError && error.code === "address-in-use"
    if (!isTaken || !(await removeStaleSocket(address.path))) throw error
    await bind(server, address, options)
  }
}

function bind(server: Server, address: Address, options: ListenOptions): Promise<void> {
  const { backlog = BACKLOG, ipv6Only = false, signal } = options
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      server.off("listening", bound)
      server.off("error", failed)
      signal?.removeEventListener("abort", aborted)
    }
    const bound = (): void => {
      settle()
      resolve()
    }
    const failed = (error: Error): void => {
      settle()
      reject(toNetworkError(error, `cannot listen on ${formatAddress(address)}`, address.kind))
    }
    const aborted = (): void => {
      settle()
      server.on("error", () => {})
      server.close()
      reject(signal?.reason as Error)
    }
    server.on("listening", bound)
    server.on("error", failed)
    signal?.addEventListener("abort", aborted, { once: true })
    server.listen(
      address.kind === "unix"
        ? { path: address.path, backlog }
        : { host: address.host, port: address.port, backlog, ipv6Only },
    )
  })
}

function boundAddress(server: Server, address: Address): Address {
  const bound = server.address()
  return bound === null || typeof bound === "string"
    ? address
    : { kind: "tcp", host: plainIp(bound.address), port: bound.port }
}

function localOf(socket: Socket, address: Address): Address {
  if (address.kind === "unix") return address
  return { kind: "tcp", host: plainIp(socket.localAddress ?? "0.0.0.0"), port: socket.localPort ?? 0 }
}

function remoteOf(socket: Socket, address: Address): Address {
  if (address.kind === "unix") return address
  return { kind: "tcp", host: plainIp(socket.remoteAddress ?? "0.0.0.0"), port: socket.remotePort ?? 0 }
}

/** A dual-stack listener shows IPv4 peers as `::ffff:1.2.3.4`. */
function plainIp(ip: string): string {
  return ip.startsWith("::ffff:") && ip.includes(".") ? ip.slice("::ffff:".length) : ip
}
