import type { AnswerReader, BatchCall, BatchOutcome } from "../connection/call.ts"
import type { Peer } from "../connection/peer.ts"
import { type Contract, type ContractEntry, type Definitions, type ParamStyle } from "../contract/contract.ts"
import type { Definition, SubscriptionMethod } from "../contract/definition.ts"
import { paramSchemas } from "../contract/param-names.ts"
import { flavorOf } from "../contract/own-schema.ts"
import type { Flavor, RawFlavor } from "../flavor/flavor.ts"
import type { SubscribeOptions } from "../subscription/subscription.ts"
import type { Params } from "../message/message.ts"
import { answerReader } from "./answer-reader.ts"
import type { ApiOf, BatchItem, Client, ClientCallOptions, RawCallOptions } from "./client.ts"
import type { CallGuard, ParamsCheck } from "./check-params.ts"
import { paramsWriter, type ParamsWriter } from "./params-writer.ts"

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
  return contractClient(connection, contract.entries, options, {}) as Client<ApiOf<D>>
}

/**
 * Calls the other side of a connection by a TypeScript interface alone: every name is a method, called with its arguments
 * by position, and nothing is checked at run time.
 */
export function interfaceClient<Api extends object>(connection: Peer): Client<Api> {
  return everyNameClient(connection, {}) as Client<Api>
}

type ClientCall = (...args: unknown[]) => unknown

/** What becomes of a call: it is made, or it is put into a batch. */
type Way = (method: string, params: Params | undefined, options: ClientCallOptions) => unknown
type Ways = Readonly<Record<Definition["kind"], Way>>

function waysTo(connection: Peer): Ways {
  return {
    method: (method, params, options) => connection.request(method, params, options),
    notification: (method, params) => connection.notify(method, params),
    subscription: (method, params, options) => connection.subscribe(method, params, options),
  }
}

/** There is no batch of subscriptions. */
const waysIntoBatch: Omit<Ways, "subscription"> & { readonly subscription?: undefined } = {
  method: (method, params, { reader }) => ({ method, params, isNotification: false, reader }) satisfies BatchItem,
  notification: (method, params) => ({ method, params, isNotification: true, reader: undefined }) satisfies BatchItem,
}

/** What calling a definition takes, made once for all clients of a flavor. */
interface Callable extends Pick<ContractEntry, "path" | "definition"> {
  readonly name: string
  readonly write: ParamsWriter
  readonly reader: AnswerReader | undefined
  readonly guard: CallGuard
}

function callable(
  { path, names: [name], definition, options }: ContractEntry,
  { params: style = options.params, checkParams }: ClientOptions,
  chosen: Flavor | undefined,
): Callable {
  const write = paramsWriter(definition, style)
  const flavor = chosen ?? options.flavor
  const needed = flavor ?? paramSchemas(definition).map(flavorOf).find(Boolean)
  return {
    path,
    name,
    definition,
    write: needed === undefined ? write : (args) => inFlavor(needed, write(args)),
    reader: definition.kind === "notification" ? undefined : answerReader(name, definition, flavor),
    guard: checkParams?.(name, definition) ?? ((call) => call),
  }
}

function inFlavor(flavor: Flavor | RawFlavor | undefined, params: Params | undefined): Params | undefined {
  return flavor === undefined || params === undefined ? params : flavor.params(params)
}

function contractClient(
  connection: Peer,
  entries: readonly ContractEntry[],
  clientOptions: ClientOptions,
  options: ClientCallOptions,
  calls = entries.map((entry) => callable(entry, clientOptions, options.flavor)),
): object {
  const ways = waysTo(connection)
  const again = (more: ClientCallOptions): object => {
    const same = more.flavor === undefined ? calls : undefined
    return contractClient(connection, entries, clientOptions, { ...options, ...more }, same)
  }
  const batch = Object.assign(bareObject(), batchDoors)
  const api = Object.assign(bareObject(), doors(connection, ways, options, again, batch))
  for (const { path, name, definition, write, reader, guard } of calls) {
    const { kind } = definition
    const { subscriptions } = definition as Partial<SubscriptionMethod>
    const callOptions = { ...options, reader, subscriptions }
    const through =
      (way: Way): ClientCall =>
      (...args) =>
        way(name, write(args), callOptions)
    const intoBatch = waysIntoBatch[kind]
    put(api, path, guard(through(ways[kind]), kind))
    if (intoBatch !== undefined) put(batch, path, guard(through(intoBatch), "batch item"))
  }
  return api
}

/** Puts a function where a path leads. The objects on the way are made when they are not there. */
function put(root: Record<string, unknown>, path: readonly string[], call: ClientCall): void {
  let at = root
  for (const key of path.slice(0, -1)) at = (at[key] ??= bareObject()) as Record<string, unknown>
  at[path.at(-1) as string] = call
}

function everyNameClient(connection: Peer, options: ClientCallOptions): object {
  const again = (more: ClientCallOptions): object => everyNameClient(connection, { ...options, ...more })
  const batch = everyName(
    batchDoors,
    (method) =>
      (...params: unknown[]) =>
        batchDoors.$call(method, params),
  )
  return everyName(
    doors(connection, waysTo(connection), options, again, batch),
    (method) =>
      (...params: unknown[]) =>
        connection.request(method, params, options),
  )
}

/** An object on which every name is a function, but for those it has and those that belong to the platform. */
function everyName(target: object, make: (name: string) => unknown): object {
  return new Proxy(target, {
    get(_, name) {
      if (typeof name === "symbol" || Object.hasOwn(target, name)) return Reflect.get(target, name) as unknown
      return name === "then" || name === "toJSON" || name.startsWith("$") ? undefined : make(name)
    },
  })
}

function doors(
  connection: Peer,
  { method, notification, subscription }: Ways,
  options: ClientCallOptions,
  again: (more: ClientCallOptions) => object,
  batch: object,
): object {
  const close = (): Promise<void> => connection.close()
  const call = (name: string, params?: Params, more?: ClientCallOptions | RawCallOptions): unknown => {
    const { flavor, ...callOptions } = { ...options, ...more }
    return method(name, inFlavor(flavor, params), { reader: flavor?.reader, ...callOptions })
  }
  return {
    $connection: connection,
    $call: call,
    $notify: notification,
    $subscribe: (name: string, params?: Params, more?: SubscribeOptions) =>
      subscription(name, params, { ...options, ...more }),
    $with: again,
    $batch: async (build: (batch: object) => readonly BatchCall[]): Promise<BatchOutcome[]> =>
      connection.batch(build(batch), options),
    close,
    [Symbol.asyncDispose]: close,
  }
}

const batchDoors = {
  $call: (method: string, params?: Params) => waysIntoBatch.method(method, params, {}),
  $notify: waysIntoBatch.notification,
}

/** An object that has nothing of its own: no `constructor`, no `toString`, and no `then`. */
function bareObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>
}
