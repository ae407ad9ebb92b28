import type { Transport } from "@dchat/jsonrpc"

/** Gets the server's end of a connection. */
export type Welcome = (server: Transport) => void

/** A kind of connection that our server and our client are tried on. */
export interface Ground {
  readonly name: string
  /** Whether both sides can speak whenever they like; over HTTP only the client begins, and one POST brings one answer. */
  readonly kind: "duplex" | "http"
  /** Connections at a time. Default: any number. */
  readonly atOnce?: number
  /** Makes a connection: gives the client's end, and the server's end to `welcome`. */
  reach(welcome: Welcome): Promise<Transport>
  /** Takes down what is left when every connection is closed. */
  close(): Promise<void>
}
