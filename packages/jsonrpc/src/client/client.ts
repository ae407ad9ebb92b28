import type { BatchOutcome, CallOptions } from "../connection/call.ts"
import type { Connection } from "../connection/connection.ts"
import type { Definitions } from "../contract/contract.ts"
import type { Notification } from "../contract/definition.ts"
import type { Arguments, CallResult, ParamsOf } from "../contract/types.ts"
import type { Params } from "../message/message.ts"

/** A contract as functions to call. The doors that belong to no method begin with `$`; there is also `close`. */
export type Client<D extends Definitions = Record<never, never>> = {
  readonly [K in keyof D]: (
    ...args: Arguments<ParamsOf<D[K]>>
  ) => Promise<D[K] extends Notification ? void : CallResult<D[K]>>
} & ClientDoors<D>

/** What every {@link Client} has beside its methods. */
export interface ClientDoors<D extends Definitions> {
  /** The connection below. */
  readonly $connection: Connection
  /** Calls any method by its name on the wire, with parameters as they are. The result is not checked. */
  $call(method: string, params?: Params, options?: CallOptions): Promise<unknown>
  /** Sends any notification. Resolves when the other side keeps up with reading. */
  $notify(method: string, params?: Params): Promise<void>
  /** The same client with other options for each call: `api.$with({ signal, timeoutMs: 500 }).send("hi")`. */
  $with(options: CallOptions): Client<D>
  /**
   * Sends several calls as one message, and gives how each ended, in their order:
   * `const [a, b] = await api.$batch((b) => [b.send("x"), b.send("y")])`.
   */
  $batch<const T extends readonly BatchItem[]>(build: (batch: BatchClient<D>) => T): Promise<BatchResults<T>>
  /** Closes the connection. Calls that wait fail; what was sent before still leaves. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A call that goes into a batch. `Value` is what it will give. */
export interface BatchItem<Value = unknown> {
  readonly method: string
  readonly params: Params | undefined
  readonly isNotification: boolean
  readonly reader: CallOptions["reader"]
  /** Only for the compiler. */
  readonly value?: Value
}

/** A contract as functions that make the items of a batch. */
export type BatchClient<D extends Definitions> = {
  readonly [K in keyof D]: (...args: Arguments<ParamsOf<D[K]>>) => BatchItem<CallResult<D[K]>>
} & {
  $call(method: string, params?: Params): BatchItem
  $notify(method: string, params?: Params): BatchItem<undefined>
}

/** The outcomes of a batch, item by item. */
export type BatchResults<T extends readonly BatchItem[]> = {
  -readonly [K in keyof T]: T[K] extends BatchItem<infer Value> ? BatchOutcome<Value> : never
}
