import type { Address } from "@dchat/runtime"
import { JsonRpcError } from "../message/rpc-error.ts"

/** A URL to connect to or to listen on cannot be used. The message says which one and what would be right. */
export class AddressError extends JsonRpcError {
  override readonly name = "AddressError"
  readonly code = "bad-address"
}

/**
 * Reads `tcp://host:port`, also with an IPv6 address in brackets and with another scheme, or `unix:///absolute/path`.
 * Throws an {@link AddressError}.
 */
export function parseAddress(url: string): Address {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    throw new AddressError(`${JSON.stringify(url)} is not a URL; write tcp://host:port or unix:///path`)
  }
  return parsed.protocol === "unix:" ? unixAddress(url, parsed) : tcpAddress(url, parsed)
}

/** An address as a URL. */
export function formatAddress(address: Address): string {
  if (address.kind === "unix") return `unix://${address.path}`
  const host = address.host.includes(":") ? `[${address.host}]` : address.host
  return `tcp://${host}:${address.port}`
}

function tcpAddress(url: string, { hostname, port, pathname, search, hash, username, password }: URL): Address {
  const surplus = username + password + search + hash + (pathname === "/" ? "" : pathname)
  if (hostname === "" || port === "" || surplus !== "") {
    throw new AddressError(`${url}: a TCP address is a host and a port and nothing else, such as tcp://127.0.0.1:51054`)
  }
  return { kind: "tcp", host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port) }
}

function unixAddress(url: string, { host, pathname, search, hash }: URL): Address {
  if (host !== "" || pathname.length < 2 || search + hash !== "") {
    throw new AddressError(`${url}: a unix address is an absolute path, such as unix:///run/dchat.sock`)
  }
  return { kind: "unix", path: decodeURIComponent(pathname) }
}
