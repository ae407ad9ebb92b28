import { parseUrl, type ParsedUrl } from "@dchat/wire"
import { ConnectError } from "../error.ts"
import { percentDecoded } from "../percent.ts"
import { withoutCredentials } from "../transport.ts"

/** The way to a destination through a proxy. */
export interface Route {
  readonly proxy: Proxy
  readonly destination: Destination
}

/** A SOCKS5 proxy. */
export interface Proxy {
  readonly host: string
  readonly port: number
  /** With what to log in, where the proxy wants that. */
  readonly credentials: Credentials | undefined
}

/** A name and a password, 1 to 255 bytes each. */
export interface Credentials {
  readonly user: string
  readonly password: string
}

/** Where the proxy is to connect to. */
export interface Destination {
  /** A name, which the proxy looks up, or an IP address, without brackets. */
  readonly host: string
  readonly port: number
}

/** Reads `socks5://proxy:port/host:port` (darkfi-net 9.5). Throws a {@link ConnectError} `bad-address`. */
export function routeIn(url: ParsedUrl): Route {
  const [, host = "", port = ""] = /^\/(.+):(\d{1,5})$/.exec(url.path) ?? []
  if (host === "" || Number(port) > 65_535)
    throw new ConnectError(
      "bad-address",
      `cannot use ${withoutCredentials(url.href)}`,
      "behind the proxy a host and a port must stand, as in socks5://127.0.0.1:9050/example.org:9600",
    )
  return { proxy: proxyOf(url), destination: { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) } }
}

/** The way to the host of a URL through a proxy that the settings name. Throws a {@link ConnectError} `bad-address`. */
export function routeThrough(proxyUrl: string, { href, host, port }: ParsedUrl): Route {
  if (host === "" || port === undefined)
    throw new ConnectError("bad-address", `cannot use ${href}`, "it needs a host and a port")
  return { proxy: proxyOf(parseUrl(proxyUrl)), destination: { host, port } }
}

function proxyOf({ href, host, port }: ParsedUrl): Proxy {
  if (host === "" || port === undefined)
    throw new ConnectError("bad-address", `cannot use ${withoutCredentials(href)}`, "a proxy needs a host and a port")
  return { host, port, credentials: credentialsIn(href) }
}

function credentialsIn(href: string): Credentials | undefined {
  const [, user = "", password = ""] = /\/\/([^/:@]*):?([^/@]*)@/.exec(href) ?? []
  return user === "" ? undefined : { user: percentDecoded(user), password: percentDecoded(password) }
}
