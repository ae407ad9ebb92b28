import type { Id } from "@dchat/jsonrpc"

/** What is asked: that the specification be kept, or what is a policy where it leaves the choice. */
export type Demand = "standard" | "policy"

/** What every vector says of itself. */
export interface VectorInfo {
  readonly name: string
  readonly demand: Demand
  /** The section of the JSON-RPC 2.0 specification. */
  readonly section: string
}

/** A text: whole, or in pieces, some of which are repeated. */
export type VectorText = string | readonly (string | { readonly repeat: string; readonly times: number })[]

/** A reply that has to come: its id, and its result or the code of its error; a list is the reply to a batch. */
export type ExpectedReply = ExpectedResponse | readonly ExpectedResponse[]

/** One response. A `data` that is not given may be anything. */
export interface ExpectedResponse {
  readonly id: Id | { readonly either: readonly Id[] }
  readonly result?: unknown
  readonly error?: number
  readonly data?: unknown
}

/** What is sent to a server, and what has to come back. */
export interface ServerVector extends VectorInfo {
  readonly send: readonly VectorText[]
  /** In any order. */
  readonly expect: readonly ExpectedReply[]
  /** Whether the replies to a batch come in the order of its requests. Default: they may not. */
  readonly ordered?: boolean
  /** A text that must not be in anything that comes. */
  readonly never?: string
}

/** A call that a client is asked to make. */
export interface ClientCall {
  readonly method: string
  readonly params?: readonly unknown[] | Readonly<Record<string, unknown>>
  /** Default false. */
  readonly isNotification?: boolean
}

/**
 * What a server does: sends a text, in which `$1` stands for the id of the first request and so on; closes; or says nothing
 * for so long that calls run out of time.
 */
export type ServerMove = { readonly send: VectorText } | { readonly close: true } | { readonly silence: true }

/** How a call has to end: with this result, with an error that the server has sent, or with any other failure. */
export type ExpectedOutcome =
  | { readonly result: unknown }
  | { readonly error: number; readonly data?: unknown }
  /** `sent`: what the failure has to say of itself. Left open when it is not given. */
  | { readonly fails: true; readonly sent?: "no" | "maybe" }

/** What a client is asked to call, what the server does when it has all of it, and how each call has to end. */
export interface ClientVector extends VectorInfo {
  /** Each is one message: a call, or a batch of calls. */
  readonly calls: readonly (ClientCall | readonly ClientCall[])[]
  readonly server: readonly ServerMove[]
  /** One for each call that is no notification, batch or not. */
  readonly outcomes: readonly ExpectedOutcome[]
  /** What the client has to answer to requests of the server. Default: nothing. */
  readonly answers?: readonly ExpectedReply[]
}

/** How a vector went. */
export interface Verdict {
  readonly vector: VectorInfo
  readonly status: "passed" | "failed" | "skipped"
  /** What was wrong, or why it was not tried. */
  readonly why?: string
}

/** The text that a vector describes. */
export function vectorText(text: VectorText): string {
  if (typeof text === "string") return text
  return text.map((piece) => (typeof piece === "string" ? piece : piece.repeat.repeat(piece.times))).join("")
}
