import type { Runtime } from "@dchat/runtime"
import type { Settings } from "../settings/settings.ts"
import { TcpTransport } from "./tcp.ts"
import { TlsTransport } from "./tls/tls.ts"
import type { Transport } from "./transport.ts"

/** What the transports of a node are made of. */
export interface TransportsContext {
  readonly runtime: Pick<Runtime, "clock" | "network" | "random">
  readonly settings: Pick<Settings, "torSocks5Proxy" | "i2pSocks5Proxy">
}

/** All transports of a node (darkfi-net 9). */
export function allTransports({ runtime }: TransportsContext): readonly Transport[] {
  const tcp = new TcpTransport(runtime.network)
  return [tcp, new TlsTransport(tcp, runtime)]
}
