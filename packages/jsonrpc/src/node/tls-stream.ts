import { connect, createServer, type TLSSocket } from "node:tls"
import type { AddressInfo } from "node:net"
import { silentLog } from "@dchat/runtime"
import { toNetworkError } from "@dchat/runtime/node"
import { AddressError, formatAddress, parseAddress } from "../transport/address.ts"
import { ListenError } from "../transport/errors.ts"
import type { Dialer, TransportBinder } from "../transport/scheme.ts"
import { streamTransport } from "../transport/stream.ts"
import { WaitingRoom } from "../transport/waiting-room.ts"
import { dialFailure } from "./dial-failure.ts"
import { PipeStream } from "./pipe-stream.ts"
import { tlsOptions, tlsServerOptions, type TlsServerIdentity, type TlsTrust } from "./tls.ts"

// Why these are Node's own sockets, not those of an injected network with its `upgradeTls`: that gives the certificate that
// the other side showed, and checks nothing of it, for peers that know each other by key. Here the chain has to lead to an
// authority, and name and dates have to fit, and clients' chains too, from TLS 1.2 on; OpenSSL does that inside of the
// handshake, and by hand it would be a second X.509 path validation to get wrong. For a virtual world give `schemes` a dialer
// and a binder that call `upgradeTls` (docs/jsonrpc-production.md).

const HANDSHAKE_TIMEOUT_MS = 10_000
/** The kernel asks after a side that was silent for so long. */
const KEEP_ALIVE_MS = 20_000

/** Dials `tls://host:port` and `tcp+tls://host:port`. The server's certificate and name are verified unless told otherwise. It may take 10 s. */
export function tlsDialer(trust: TlsTrust = {}): Dialer {
  return (url, { clock, framing, signal }) => {
    const { host, port } = tcpAddressOf(url)
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const options = { host, port, allowHalfOpen: true, ...serverNameOf(host), ...tlsOptions(trust) }
      const socket = connect(options)
      socket.setNoDelay(true)
      socket.setKeepAlive(true, KEEP_ALIVE_MS)
      const settle = (): void => {
        socket.off("secureConnect", connected)
        socket.off("error", failed)
        signal?.removeEventListener("abort", aborted)
        patience.cancel()
      }
      const connected = (): void => {
        settle()
        resolve(streamTransport(new PipeStream(socket, socket), framing, url))
      }
      const failed = (error: Error): void => {
        settle()
        reject(dialFailure(url, error))
      }
      const aborted = (): void => {
        settle()
        socket.on("error", () => {})
        socket.destroy()
        reject(signal?.reason as Error)
      }
      const patience = clock.setTimer(HANDSHAKE_TIMEOUT_MS, () => {
        failed(new Error(`no TLS within ${HANDSHAKE_TIMEOUT_MS} ms; if it speaks none, use tcp://`))
        socket.on("error", () => {})
        socket.destroy()
      })
      socket.on("secureConnect", connected)
      socket.on("error", failed)
      signal?.addEventListener("abort", aborted, { once: true })
    })
  }
}

/** Listens on `tls://host:port` and `tcp+tls://host:port`. Who does not finish the handshake within 10 s is cut off. */
export function tlsBinder(identity: TlsServerIdentity | undefined): TransportBinder {
  return (url, { framing, log = silentLog }) => {
    const { host, port } = tcpAddressOf(url)
    if (identity === undefined)
      throw new AddressError(`${url}: a TLS server needs the option tls, with its certificate and key`)
    const scheme = url.slice(0, url.indexOf(":")).toLowerCase()
    const server = createServer({
      ...tlsServerOptions(identity),
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    })
    const room = new WaitingRoom()
    server.on("secureConnection", (socket) => {
      room.enter(
        streamTransport(
          new PipeStream(socket, socket),
          framing,
          urlOf(scheme, socket.remoteAddress, socket.remotePort),
        ),
      )
    })
    let refused = 0
    server.on("tlsClientError", ({ message }: Error, socket: TLSSocket) => {
      refused++
      log.debug("no TLS handshake", { remote: urlOf(scheme, socket.remoteAddress, socket.remotePort), error: message })
      socket.destroy()
    })
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void =>
        reject(new ListenError(url, toNetworkError(error, `cannot listen on ${url}`)))
      server.once("error", failed)
      server.listen(port, host, () => {
        server.off("error", failed)
        server.on("error", () => {})
        const bound = server.address() as AddressInfo
        resolve({
          address: urlOf(scheme, bound.address, bound.port),
          get refused() {
            return refused
          },
          accept: (welcome) => room.accept(welcome),
          close() {
            room.close()
            server.close()
            return Promise.resolve()
          },
        })
      })
    })
  }
}

function tcpAddressOf(url: string): { readonly host: string; readonly port: number } {
  const address = parseAddress(url)
  if (address.kind === "unix") throw new AddressError(`${url}: TLS is spoken over TCP`)
  return address
}

/** TLS knows no names that are addresses. */
function serverNameOf(host: string): { readonly servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host }
}

function urlOf(scheme: string, host = "", port = 0): string {
  return formatAddress({ kind: "tcp", host, port }).replace(/^tcp/, scheme)
}
