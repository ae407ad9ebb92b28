import type { AnswerReader, BatchCall, BatchOutcome } from "../connection/call.ts"
import type { Peer } from "../connection/peer.ts"
import {
  contractEntries,
  type Contract,
  type ContractEntry,
  type Definitions,
  type ParamStyle,
} from "../contract/contract.ts"
import type { Definition } from "../contract/definition.ts"
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
  return contractClient(connection, contractEntries(contract), options, {}) as Client<ApiOf<D>>
}

/**
 * Calls the other side of a connection by a TypeScript interface alone: every name is a method, called with its arguments
 * by position, and nothing is checked at run time.
 */
export function interfaceClient<Api extends object>(connection: Peer): Client<Api> {
  return everyNameClient(connection, {}) as Client<Api>
}

type ClientCall = (...args: unknown[]) => unknown

/** What calling a definition takes, made once for all clients of a flavor. */
interface Callable {
  readonly path: readonly string[]
  readonly name: string
  readonly kind: Definition["kind"]
  readonly write: ParamsWriter
  readonly reader: AnswerReader | undefined
  readonly subscriptions: SubscribeOptions["subscriptions"]
  readonly guard: CallGuard | undefined
}

function callable(
  { path, name, definition, options }: ContractEntry,
  { params: style = options.params, checkParams }: ClientOptions,
  chosen: Flavor | undefined,
): Callable {
  const write = paramsWriter(definition, style)
  const flavor = chosen ?? options.flavor
  const needed = flavor ?? paramSchemas(definition).map(flavorOf).find(Boolean)
  return {
    path,
    name,
    kind: definition.kind,
    write: needed === undefined ? write : (args) => inFlavor(needed, write(args)),
    reader: definition.kind === "notification" ? undefined : answerReader(name, definition, flavor),
    subscriptions: definition.kind === "subscription" ? definition.subscriptions : undefined,
    guard: checkParams?.(name, definition),
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
  const api = bareObject()
  const batch = bareObject()
  for (const { path, name, kind, write, reader, subscriptions, guard = unguarded } of calls) {
    const call = caller(connection, kind, name, write, { ...options, reader, subscriptions })
    const item: ClientCall = (...args) => batchItem(name, write(args), kind === "notification", reader)
    put(api, path, guard(call, kind))
    if (kind !== "subscription") put(batch, path, guard(item, "batch item"))
  }
  const again = (more: ClientCallOptions): object => {
    const same = more.flavor === undefined ? calls : undefined
    return contractClient(connection, entries, clientOptions, { ...options, ...more }, same)
  }
  return Object.assign(api, doors(connection, options, again, Object.assign(batch, batchDoors)))
}

function unguarded(call: ClientCall): ClientCall {
  return call
}

function caller(
  connection: Peer,
  kind: Definition["kind"],
  name: string,
  write: ParamsWriter,
  options: ClientCallOptions,
): ClientCall {
  switch (kind) {
    case "method":
      return (...args) => connection.request(name, write(args), options)
    case "notification":
      return (...args) => connection.notify(name, write(args))
    case "subscription":
      return (...args) => connection.subscribe(name, write(args), options)
  }
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
    doors(connection, options, again, batch),
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
  options: ClientCallOptions,
  again: (more: ClientCallOptions) => object,
  batch: object,
): object {
  const close = (): Promise<void> => connection.close()
  return {
    $connection: connection,
    $call: (method: string, params?: Params, more?: ClientCallOptions | RawCallOptions) => {
      const { flavor, ...callOptions } = { ...options, ...more }
      return connection.request(method, inFlavor(flavor, params), { reader: flavor?.reader, ...callOptions })
    },
    $notify: (method: string, params?: Params) => connection.notify(method, params),
    $subscribe: (method: string, params?: Params, more?: SubscribeOptions) =>
      connection.subscribe(method, params, { ...options, ...more }),
    $with: again,
    $batch: async (build: (batch: object) => readonly BatchCall[]): Promise<BatchOutcome[]> =>
      connection.batch(build(batch), options),
    close,
    [Symbol.asyncDispose]: close,
  }
}

const batchItem = (
  method: string,
  params: Params | undefined,
  isNotification: boolean,
  reader?: AnswerReader,
): BatchItem => ({ method, params, isNotification, reader })

const batchDoors = {
  $call: (method: string, params?: Params) => batchItem(method, params, false),
  $notify: (method: string, params?: Params) => batchItem(method, params, true),
}

/** An object that has nothing of its own: no `constructor`, no `toString`, and no `then`. */
function bareObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>
}
