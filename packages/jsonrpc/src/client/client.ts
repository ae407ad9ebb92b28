import type { BatchCall, BatchOutcome, CallOptions } from "../connection/call.ts"
import type { Peer } from "../connection/peer.ts"
import type { Contract, Definitions } from "../contract/contract.ts"
import type { SubscriptionMethod, Definition } from "../contract/definition.ts"
import type { SubscribeOptions, Subscription } from "../subscription/subscription.ts"
import type { Arguments, CallResult, ItemOf, ParamsOf } from "../contract/types.ts"
import type { Flavor, RawFlavor } from "../flavor/flavor.ts"
import type { JsonText } from "../message/json-text.ts"
import type { Params } from "../message/message.ts"

/** The methods of a contract as an interface. Those of a contract inside it are an interface of their own. */
export type ApiOf<D extends Definitions> = {
  readonly [K in keyof D]: D[K] extends Definition
    ? (
        ...args: Arguments<ParamsOf<D[K]>>
      ) => D[K] extends SubscriptionMethod ? Subscription<ItemOf<D[K]>> : CallResult<D[K]>
    : D[K] extends Contract<infer Inner>
      ? ApiOf<Inner>
      : never
}

/** The client of a contract: `ClientOf<typeof chat>`. */
export type ClientOf<C extends Contract> = Client<ApiOf<C["definitions"]>>

/**
 * The methods of an interface, to be called on the other side. What belongs to no method begins with `$`; and there is
 * `close`.
 */
export type Client<Api extends object = object> = RemoteMethods<Api> & ClientDoors<Api>

/** The methods of an interface, each with a promise of its result; what gives a {@link Subscription} gives it at once. */
export type RemoteMethods<Api extends object> = {
  readonly [K in keyof Api]: Api[K] extends (...args: infer Args) => infer Result
    ? (...args: Args) => [Result] extends [Subscription] ? Result : Promise<Awaited<Result>>
    : Api[K] extends object
      ? RemoteMethods<Api[K]>
      : never
}

/** How a call through a client is made. */
export interface ClientCallOptions extends SubscribeOptions {
  /** How values become JSON. Default: that of the contract. */
  flavor?: Flavor | undefined
}

/** How a call is made whose result stays text. */
export interface RawCallOptions extends CallOptions {
  flavor: RawFlavor
}

/** What every {@link Client} has beside its methods. */
export interface ClientDoors<Api extends object> {
  /** The connection below. */
  readonly $connection: Peer
  /**
   * Calls any method by its name on the wire, with parameters as they are. The result is not checked. With `rawFlavor` it is
   * JSON text, to be decoded later.
   */
  $call(
    method: string,
    params: Params | undefined,
    options: { readonly flavor: RawFlavor } & CallOptions,
  ): Promise<JsonText>
  $call(method: string, params?: Params, options?: ClientCallOptions): Promise<unknown>
  /** Sends any notification. Resolves when the other side keeps up with reading. */
  $notify(method: string, params?: Params): Promise<void>
  /** Subscribes by any name on the wire. The items are not checked. */
  $subscribe(method: string, params?: Params, options?: SubscribeOptions): Subscription
  /** The same client with other options for each call: `api.$with({ signal, timeoutMs: 500 }).send("hi")`. */
  $with(options: ClientCallOptions): Client<Api>
  /**
   * Sends several calls as one message, and gives how each ended, in their order:
   * `const [a, b] = await api.$batch((batch) => [batch.send("x"), batch.send("y")])`.
   */
  $batch<const Items extends readonly BatchItem[]>(
    build: (batch: BatchClient<Api>) => Items,
  ): Promise<BatchResults<Items>>
  /** Closes the connection. Calls that wait fail; what was sent before still leaves. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A call that goes into a batch. `Value` is what it will give. */
export interface BatchItem<Value = unknown> extends BatchCall {
  /** Never there: it carries the type. */
  readonly value?: Value
}

/** The methods of an interface, to be put into a batch. */
export type BatchClient<Api extends object> = BatchMethods<Api> & {
  $call(method: string, params?: Params): BatchItem
  $notify(method: string, params?: Params): BatchItem<undefined>
}

/** The methods of an interface, each with a place in a batch. */
export type BatchMethods<Api extends object> = {
  readonly [K in keyof Api]: Api[K] extends (...args: infer Args) => infer Result
    ? [Result] extends [Subscription]
      ? never
      : (...args: Args) => BatchItem<Awaited<Result>>
    : Api[K] extends object
      ? BatchMethods<Api[K]>
      : never
}

/** The outcomes of a batch, item by item. */
export type BatchResults<Items extends readonly BatchItem[]> = {
  -readonly [K in keyof Items]: Items[K] extends BatchItem<infer Value> ? BatchOutcome<Value> : never
}
