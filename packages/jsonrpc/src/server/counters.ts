import { newCounters, type ConnectionCounters } from "../connection/counters.ts"
import type { Connection } from "../connection/connection.ts"
import type { TransportListener } from "../transport/listener.ts"

/** What a server does now, and what has happened since it began. Given by `server.getCounters()`. */
export interface ServerCounters extends Readonly<ConnectionCounters> {
  /** Live connections, now. */
  readonly connections: number
  /** Requests and notifications that are being worked on, now. */
  readonly inFlight: number
  /** Bytes of those, now. */
  readonly bytesInFlight: number
  /** Bytes that clients have not taken yet, now. */
  readonly bufferedBytes: number
  /** Connections that were let in. Over HTTP each request is one. */
  readonly connectionsAccepted: number
  /** Connections that were turned away because of `connectionLimit`. */
  readonly connectionsRefused: number
  /**
   * Those whom a listener turned away before anything of JSON-RPC was read: over HTTP and WebSocket because of `authorize`,
   * Host, Origin or the request's form, over TLS because there was no handshake, over streams because nobody took them in
   * and the backlog was full.
   */
  readonly refusedByListener: number
}

/** Counts for a server: its connections share one set of counters, so that an idle one costs nothing. */
export class ServerTally {
  /** For the option `counters` of each connection. */
  readonly ofConnections = newCounters()
  accepted = 0
  refused = 0

  /** @param live The connections that are alive. */
  read(live: Iterable<Connection>, listeners: readonly TransportListener[]): ServerCounters {
    let [connections, inFlight, bytesInFlight, bufferedBytes] = [0, 0, 0, 0]
    for (const connection of live) {
      connections++
      inFlight += connection.inFlight
      bytesInFlight += connection.bytesInFlight
      bufferedBytes += connection.bufferedBytes
    }
    const { accepted: connectionsAccepted, refused: connectionsRefused } = this
    const now = { connections, inFlight, bytesInFlight, bufferedBytes }
    const refusedByListener = listeners.reduce((sum, { refused = 0 }) => sum + refused, 0)
    return { ...now, connectionsAccepted, connectionsRefused, refusedByListener, ...this.ofConnections }
  }
}
