import type { JsonText } from "./json-text.ts"

/** What a request is known by. A fraction or `null` is legal and echoed, but we never send one. */
export type Id = string | number | null

/** What a method is called with: by position or by name. */
export type Params = readonly unknown[] | { readonly [name: string]: unknown }

/** The error member of a response, as it is on the wire. */
export interface ErrorObject {
  readonly code: number
  readonly message: string
  /** Absent and `undefined` are the same. */
  readonly data?: unknown
}

/** Somebody calls a method and waits for the answer. */
export interface RequestMessage {
  readonly kind: "request"
  readonly id: Id
  /** The id as it was written, when it is a number that JavaScript cannot hold: beyond 2^53, or a fraction. */
  readonly exactId?: JsonText | undefined
  readonly method: string
  readonly params: Params | undefined
}

/** Somebody calls a method and wants no answer. */
export interface NotificationMessage {
  readonly kind: "notification"
  readonly method: string
  readonly params: Params | undefined
}

/** A call went well. */
export interface ResultMessage {
  readonly kind: "result"
  readonly id: Id
  readonly result: unknown
}

/** A call failed. With the id `null` the other side could not tell which call it was. */
export interface ErrorMessage {
  readonly kind: "error"
  readonly id: Id
  readonly error: ErrorObject
}

/** JSON that is no message. A broken request is answered; a broken response is not, or two peers could bounce errors for ever. */
export interface InvalidMessage {
  readonly kind: "invalid"
  /** What it was meant to be: `either` has no method, no result and no error. */
  readonly of: "request" | "response" | "either"
  /** The id, when it could be read. */
  readonly id: Id
  /** As that of a {@link RequestMessage}. */
  readonly exactId?: JsonText | undefined
  /** What is wrong with it, for people. */
  readonly reason: string
  /** The JSON value itself. */
  readonly payload: unknown
}

/** One message, or what stands in the place of one. */
export type Message = RequestMessage | NotificationMessage | ResultMessage | ErrorMessage | InvalidMessage

/** Messages that travel together. Never empty. */
export interface BatchMessage {
  readonly kind: "batch"
  readonly messages: readonly Message[]
}

/** Text that is not JSON, or that is nested too deep to be looked at. */
export interface UnparsableMessage {
  readonly kind: "unparsable"
  readonly reason: string
}

/** What a text turns out to be. */
export type ParsedMessage = Message | BatchMessage | UnparsableMessage
