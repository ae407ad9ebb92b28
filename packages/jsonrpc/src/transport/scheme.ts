import { NetworkError, type Clock, type Log, type Network } from "@dchat/runtime"
import type { Framing } from "../framing/framing.ts"
import { AddressError, parseAddress } from "./address.ts"
import { ConnectError, ListenError, reasonOf } from "./errors.ts"
import { streamListener, type TransportListener } from "./listener.ts"
import { streamTransport } from "./stream.ts"
import type { Transport } from "./transport.ts"

/** What a {@link Dialer} gets besides the URL. */
export interface DialContext {
  readonly clock: Clock
  /** How messages lie in a stream of bytes. */
  readonly framing: Framing
  /** Ends the attempt. */
  readonly signal: AbortSignal | undefined
}

/** What a {@link TransportBinder} gets besides the URL. */
export interface ListenContext {
  readonly clock: Clock
  /** Default: says nothing. */
  readonly log?: Log
  /** How messages lie in a stream of bytes. */
  readonly framing: Framing
}

/** Opens a transport to a URL. Rejects with an {@link AddressError}, a {@link ConnectError} or the signal's reason. */
export type Dialer = (url: string, context: DialContext) => Promise<Transport>

/** Listens on a URL. Rejects with an {@link AddressError} or a {@link ListenError}. */
export type TransportBinder = (url: string, context: ListenContext) => Promise<TransportListener>

/** Who dials, by scheme with its colon: `{ "ws:": .. }`. */
export type Dialers = Readonly<Record<string, Dialer>>

/** Who listens, by scheme with its colon. */
export type Listeners = Readonly<Record<string, TransportBinder>>

/** Who is in charge of a URL. Throws an {@link AddressError} that names the schemes that are known. */
export function pickScheme<T>(url: string, known: Readonly<Record<string, T>>): T {
  const scheme = /^[a-z][a-z\d+.-]*:(?=\/\/)/i.exec(url)?.[0].toLowerCase()
  const found = scheme !== undefined && Object.hasOwn(known, scheme) ? known[scheme] : undefined
  if (found !== undefined) return found
  const schemes = Object.keys(known)
    .map((each) => `${each}//`)
    .join(", ")
    .replace(/, ([^,]*)$/, " or $1")
  throw new AddressError(
    scheme === undefined
      ? `${JSON.stringify(url)} is not a URL; write one that begins with ${schemes}`
      : `${url}: cannot speak ${scheme}//; use ${schemes}`,
  )
}

/** Dialers for `tcp://host:port` and `unix:///path` on a network. */
export function streamDialers(network: Pick<Network, "connect">): Dialers {
  const dial: Dialer = async (url, { framing, signal }) => {
    const address = parseAddress(url)
    try {
      return streamTransport(await network.connect(address, signal === undefined ? {} : { signal }), framing)
    } catch (error) {
      throw error instanceof NetworkError ? new ConnectError(url, error, reasonOf(error)) : error
    }
  }
  return { "tcp:": dial, "unix:": dial }
}

/** Listeners for `tcp://host:port` and `unix:///path` on a network. */
export function streamListeners(network: Pick<Network, "listen">): Listeners {
  const listen: TransportBinder = async (url, { framing }) => {
    const address = parseAddress(url)
    try {
      return streamListener(await network.listen(address), framing)
    } catch (error) {
      throw error instanceof NetworkError ? new ListenError(url, error) : error
    }
  }
  return { "tcp:": listen, "unix:": listen }
}
