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
import { isReviving, jsonFlavor, parseBy, type Flavor, type RawFlavor } from "../flavor/flavor.ts"
import { JsonText } from "../message/json-text.ts"
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

/** What calling a definition takes, made once. */
interface Callable {
  readonly path: readonly string[]
  readonly name: string
  readonly kind: Definition["kind"]
  readonly write: ParamsWriter
  readonly reader: AnswerReader | undefined
  readonly guard: CallGuard | undefined
}

function callable(entry: ContractEntry, clientOptions: ClientOptions, chosen: Flavor | undefined): Callable {
  const { path, name, definition, options } = entry
  const write = paramsWriter(definition, clientOptions.params ?? options.params ?? "declared")
  const flavor = chosen ?? options.flavor
  const needsFlavor = flavor !== undefined || paramSchemas(definition).some(isReviving)
  return {
    path,
    name,
    kind: definition.kind,
    write: needsFlavor ? (args) => encoded(write(args), flavor) : write,
    reader: definition.kind === "notification" ? undefined : answerReader(name, definition, flavor ?? jsonFlavor),
    guard: clientOptions.checkParams?.(name, definition),
  }
}

function encoded(params: Params | undefined, flavor: Flavor | RawFlavor = jsonFlavor): Params | undefined {
  return params === undefined ? undefined : new JsonText(flavor.encode(params))
}

function contractClient(
  connection: Peer,
  entries: readonly ContractEntry[],
  clientOptions: ClientOptions,
  options: ClientCallOptions,
): object {
  const calls = entries.map((entry) => callable(entry, clientOptions, options.flavor))
  return callsClient(connection, calls, options, (more) =>
    contractClient(connection, entries, clientOptions, { ...options, ...more }),
  )
}

function callsClient(
  connection: Peer,
  calls: readonly Callable[],
  options: ClientCallOptions,
  rebuilt: (more: ClientCallOptions) => object,
): object {
  const api = bareObject()
  const batch = bareObject()
  for (const { path, name, kind, write, reader, guard = unguarded } of calls) {
    const callOptions = { ...options, reader }
    const key = path.at(-1) as string
    room(api, path)[key] = guard(caller(connection, kind, name, write, callOptions), kind)
    if (kind === "subscription") continue
    const item = (...args: unknown[]): BatchItem => ({
      method: name,
      params: write(args),
      isNotification: kind === "notification",
      reader,
    })
    room(batch, path)[key] = guard(item, "batch item")
  }
  const again = (more: ClientCallOptions): object =>
    more.flavor === undefined ? callsClient(connection, calls, { ...options, ...more }, rebuilt) : rebuilt(more)
  return Object.assign(api, doors(connection, options, again, Object.assign(batch, batchDoors)))
}

function unguarded(call: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
  return call
}

function caller(
  connection: Peer,
  kind: Definition["kind"],
  name: string,
  write: ParamsWriter,
  options: ClientCallOptions,
): (...args: unknown[]) => unknown {
  switch (kind) {
    case "method":
      return (...args) => connection.request(name, write(args), options)
    case "notification":
      return (...args) => connection.notify(name, write(args))
    case "subscription":
      return (...args) => connection.subscribe(name, write(args), options)
  }
}

/** The object in which the last key of a path stands. Made when it is not there. */
function room(root: Record<string, unknown>, path: readonly string[]): Record<string, unknown> {
  let at = root
  for (const key of path.slice(0, -1)) at = (at[key] ??= bareObject()) as Record<string, unknown>
  return at
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
      return flavor === undefined
        ? connection.request(method, params, callOptions)
        : connection.request(method, encoded(params, flavor), { reader: flavorReader(flavor), ...callOptions })
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

/** Reads what nobody has declared. */
function flavorReader(flavor: Flavor | RawFlavor): AnswerReader {
  const isRaw = flavor.kind === "text"
  return {
    wantsText: isRaw || flavor.parse !== undefined,
    value: (result) => (result instanceof JsonText && !isRaw ? parseBy(flavor, result.text) : result),
    error: (error) => error,
  }
}

const batchDoors = {
  $call: (method: string, params?: Params): BatchItem => ({ method, params, isNotification: false, reader: undefined }),
  $notify: (method: string, params?: Params): BatchItem => ({
    method,
    params,
    isNotification: true,
    reader: undefined,
  }),
}

/** An object that has nothing of its own: no `constructor`, no `toString`, and no `then`. */
function bareObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>
}
