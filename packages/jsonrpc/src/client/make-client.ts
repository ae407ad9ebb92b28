import type { BatchCall, BatchOutcome } from "../connection/call.ts"
import type { Peer } from "../connection/peer.ts"
import { type Contract, type ContractEntry, type Definitions, type ParamStyle } from "../contract/contract.ts"
import type { Definition, Method, SubscriptionMethod } from "../contract/definition.ts"
import { paramSchemas } from "../contract/param-names.ts"
import { flavorOf } from "../contract/own-schema.ts"
import type { Flavor, RawFlavor } from "../flavor/flavor.ts"
import type { SubscribeOptions } from "../subscription/subscription.ts"
import type { Params } from "../message/message.ts"
import { answerReader } from "./answer-reader.ts"
import type { ApiOf, BatchItem, Client, ClientCallOptions, RawCallOptions } from "./client.ts"
import type { CallGuard, ParamsCheck } from "./check-params.ts"
import { paramsWriter } from "./params-writer.ts"

/** Options of {@link client}. */
export interface ClientOptions {
  /** How parameters go over the wire. Default: as the contract says, else `declared`. */
  params?: ParamStyle
  /** The function of this name, to have arguments checked before they are sent. Default: the other side checks them. */
  checkParams?: ParamsCheck
}

/** Calls the other side of a connection by a contract. Any connection will do, on either side of it. */
export function client<D extends Definitions>(
  connection: Peer,
  contract: Contract<D>,
  options: ClientOptions = {},
): Client<ApiOf<D>> {
  const place = (flavor?: Flavor): Placing[] => contract.entries.map((entry) => placing(entry, options, flavor))
  const make = (peer: Peer, callOptions: ClientCallOptions, placings: readonly Placing[]): object => {
    const api = doors(peer, callOptions, (other, more = {}) =>
      make(other, { ...callOptions, ...more }, more.flavor === undefined ? placings : place(more.flavor)),
    )
    for (const put of placings) put(api, peer, callOptions)
    return api
  }
  return make(connection, {}, place()) as Client<ApiOf<D>>
}

/**
 * Calls the other side of a connection by a TypeScript interface alone: every name is a method, called with its arguments
 * by position, and nothing is checked at run time.
 */
export function interfaceClient<Api extends object>(connection: Peer): Client<Api> {
  return everyNameClient(connection, {}) as Client<Api>
}

type ClientCall = (...args: unknown[]) => unknown

/** How a peer is asked for something of a contract. */
const WAYS = { method: "request", notification: "notify", subscription: "subscribe" } as const

/** A batch is talked to as a peer is: what it is asked becomes an item of the batch. There are no subscriptions. */
const BATCH = {
  request: (method: string, params: Params | undefined, { reader }: ClientCallOptions): BatchItem => ({
    method,
    params,
    reader,
  }),
  notify: (method: string, params: Params | undefined): BatchItem => ({
    method,
    params,
    isNotification: true,
  }),
} as unknown as Peer

/** Puts what calls a definition where it belongs in a client. Made once for all clients of a flavor. */
type Placing = (api: Record<string, unknown>, peer: Peer, options: ClientCallOptions) => void

function placing(
  { path, names: [name], definition, options }: ContractEntry,
  { params: style = options.params, checkParams }: ClientOptions,
  flavor = options.flavor,
): Placing {
  const { kind, subscriptions } = definition as Definition & Partial<Pick<SubscriptionMethod, "subscriptions">>
  const way = WAYS[kind]
  const write = paramsWriter(definition, style)
  const needed =
    flavor ??
    paramSchemas(definition)
      .map(flavorOf)
      .find((each) => each !== undefined)
  // One that nobody answers has nothing to read, and the reader is never asked.
  const reader = answerReader(name, definition as Method, flavor)
  const guard: CallGuard = checkParams?.(name, definition) ?? ((call) => call)
  return (api, peer, options) => {
    const callOptions = { ...options, reader, subscriptions }
    const call: ClientCall = (...args) => peer[way](name, inFlavor(needed, write(args)), callOptions)
    put(api, path, guard(call, peer === BATCH ? "batch item" : kind))
  }
}

function inFlavor(flavor: Flavor | RawFlavor | undefined, params: Params | undefined): Params | undefined {
  return flavor === undefined || params === undefined ? params : flavor.params(params)
}

/** Puts a function where a path leads. The objects on the way are made when they are not there. */
function put(root: Record<string, unknown>, path: readonly string[], call: ClientCall): void {
  let at = root
  for (const key of path.slice(0, -1)) at = (at[key] ??= { __proto__: null }) as Record<string, unknown>
  at[path.at(-1) as string] = call
}

function everyNameClient(peer: Peer, options: ClientCallOptions): object {
  const target = doors(peer, options, (other, more) => everyNameClient(other, { ...options, ...more }))
  return new Proxy(target, {
    get(_, name) {
      if (typeof name === "symbol" || Object.hasOwn(target, name)) return Reflect.get(target, name) as unknown
      if (name === "then" || name === "toJSON" || name.startsWith("$")) return undefined
      return (...params: unknown[]) => peer.request(name, params, options)
    },
  })
}

/** What a client has beside its methods, and nothing else: no `constructor`, no `toString`, and no `then`. */
function doors(
  peer: Peer,
  options: ClientCallOptions,
  clientOf: (peer: Peer, more?: ClientCallOptions) => object,
): Record<string, unknown> {
  const close = (): Promise<void> => peer.close()
  const call = (name: string, params?: Params, more?: ClientCallOptions | RawCallOptions): unknown => {
    const { flavor, ...callOptions } = { ...options, ...more }
    return peer.request(name, inFlavor(flavor, params), { reader: flavor?.reader, ...callOptions })
  }
  let batch: object | undefined
  return {
    __proto__: null,
    $connection: peer,
    $call: call,
    $notify: (name: string, params?: Params) => peer.notify(name, params),
    $subscribe: (name: string, params?: Params, more?: SubscribeOptions) =>
      peer.subscribe(name, params, { ...options, ...more }),
    $with: (more: ClientCallOptions) => clientOf(peer, more),
    $batch: async (build: (batch: object) => readonly BatchCall[]): Promise<BatchOutcome[]> =>
      peer.batch(build((batch ??= clientOf(BATCH))), options),
    close,
    [Symbol.asyncDispose]: close,
  }
}
