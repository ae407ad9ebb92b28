import type { Address, ByteStream, Listener } from "@dchat/runtime"
import { canonicalUrl, type ParsedUrl } from "@dchat/wire"

/** Options of everything a transport does. */
export interface TransportOptions {
  /** Ends the attempt, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** A way to carry bytes between nodes (darkfi-net 9). */
export interface Transport {
  /** The URL schemes that it serves. */
  readonly schemes: readonly string[]
  /** Opens a connection that is ready for packets. */
  dial(url: ParsedUrl, options?: TransportOptions): Promise<ByteStream>
  /** Opens a port. A stream that it accepts is ready for packets after `welcome`. */
  listen(url: ParsedUrl, options?: TransportOptions): Promise<Listener>
  /** Makes an accepted stream ready for packets: does the handshake, if the transport has one. */
  welcome(stream: ByteStream, options?: TransportOptions): Promise<ByteStream>
}

/** The canonical URL of one end of a connection. */
export function urlOf(scheme: string, address: Address): string {
  if (address.kind === "unix")
    return canonicalUrl(`${scheme}://${encodeURI(address.path).replaceAll(/[?#]/g, encodeURIComponent)}`)
  return canonicalUrl(`${scheme}://${hostIn(address.host)}:${address.port}`)
}

/** A host as it stands in a URL, which has no room for the zone of a link-local address (`%eth0`). */
function hostIn(host: string): string {
  return host.includes(":") ? `[${host.replace(/%.*$/, "")}]` : host
}

/** A URL as it may be shown to others. */
export function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//")
}
