import type { Listener } from "@dchat/runtime"
import type { Framing } from "../framing/framing.ts"
import type { AccessRequest } from "./access.ts"
import { formatAddress } from "./address.ts"
import { streamTransport } from "./stream.ts"
import type { Transport } from "./transport.ts"

/** Gets what comes in. */
export type Welcome = (transport: Transport, access?: AccessRequest) => void

/** A place where the other side comes in, such as an open port. */
export interface TransportListener {
  /** Where it really listens, as a URL: the port is the one that was found when 0 was asked for. */
  readonly address: string
  /** How many were turned away since it began, none of which became a transport. Default: it does not count. */
  readonly refused?: number
  /**
   * Says who gets each transport that comes in, none of which has a reader yet; and the request that was let in by
   * `authorize`, where there was one. To be called once; until then they wait.
   */
  accept(welcome: Welcome): void
  /** Stops listening; returns when nobody comes in any more. Transports that were handed out live on. Safe to call again. */
  close(): Promise<void>
}

/** The transports of a listener for streams of bytes. */
export function streamListener(listener: Listener, framing: Framing): TransportListener {
  let accepting: Promise<void> | undefined
  return {
    address: formatAddress(listener.address),
    get refused() {
      return listener.refused
    },
    accept(welcome) {
      accepting = (async () => {
        for await (const stream of listener) welcome(streamTransport(stream, framing))
      })()
    },
    async close() {
      await listener.close()
      await accepting
    },
  }
}
