import type { Random, Runtime } from "@dchat/runtime"
import type { Settings } from "../settings/settings.ts"
import { routeIn, routeThrough, type Credentials } from "./socks/route.ts"
import { SocksTransport } from "./socks/transport.ts"
import { TcpTransport } from "./tcp.ts"
import { TlsTransport } from "./tls/tls.ts"
import type { Transport } from "./transport.ts"
import { UnixTransport } from "./unix.ts"

/** What the transports of a node are made of. */
export interface TransportsContext {
  readonly runtime: Pick<Runtime, "clock" | "network" | "random">
  readonly settings: Pick<Settings, "torSocks5Proxy" | "i2pSocks5Proxy">
}

/** Where Tor takes connections unless it is told otherwise. */
const TOR_PROXY = "socks5://127.0.0.1:9050/"

/** All transports of a node (darkfi-net 9). */
export function allTransports({ runtime, settings }: TransportsContext): readonly Transport[] {
  const { torSocks5Proxy = TOR_PROXY, i2pSocks5Proxy } = settings
  const logins = runtime.random.fork("tor")
  const plain = [
    new TcpTransport(runtime.network),
    new SocksTransport({ scheme: "socks5", route: routeIn }, runtime),
    new SocksTransport(
      {
        scheme: "tor",
        route: (url) => routeThrough(torSocks5Proxy, url),
        // Tor leads connections with different logins over different ways, so that they cannot be brought together.
        credentials: () => newLogin(logins),
      },
      runtime,
    ),
    new SocksTransport({ scheme: "i2p", route: (url) => routeThrough(i2pSocks5Proxy, url) }, runtime),
  ]
  return [
    ...plain,
    ...plain.map((transport) => new TlsTransport(transport, runtime)),
    new UnixTransport(runtime.network),
  ]
}

function newLogin(random: Random): Credentials {
  const text = (): string => Array.from(random.bytes(8), (byte) => byte.toString(16).padStart(2, "0")).join("")
  return { user: text(), password: text() }
}
