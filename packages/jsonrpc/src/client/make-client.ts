import type { BatchCall, BatchOutcome, CallOptions } from "../connection/call.ts"
import type { Connection } from "../connection/connection.ts"
import { wireName, type Contract, type Definitions } from "../contract/contract.ts"
import type { Definition } from "../contract/definition.ts"
import type { Params } from "../message/message.ts"
import { answerReader } from "./answer-reader.ts"
import type { ApiOf, BatchItem, Client } from "./client.ts"
import { paramsWriter, type ParamStyle, type ParamsWriter } from "./params-writer.ts"

/** Options of {@link client}. */
export interface ClientOptions {
  /** How parameters go over the wire. Default `declared`: a list by position, an object by name. */
  params?: ParamStyle
}

/** Calls the other side of a connection by a contract. Any connection will do, on either side of it. */
export function client<D extends Definitions>(
  connection: Connection,
  contract: Contract<D>,
  { params: style = "declared" }: ClientOptions = {},
): Client<ApiOf<D>> {
  const calls = Object.entries(contract.definitions).map(([key, definition]) => callable(key, definition, style))
  return contractClient(connection, calls, {}) as Client<ApiOf<D>>
}

/**
 * Calls the other side of a connection by a TypeScript interface alone: every name is a method, called with its arguments
 * by position, and nothing is checked at run time.
 */
export function interfaceClient<Api extends object>(connection: Connection): Client<Api> {
  return everyNameClient(connection, {}) as Client<Api>
}

/** What calling a definition takes, made once. */
interface Callable {
  readonly key: string
  readonly name: string
  readonly isNotification: boolean
  readonly write: ParamsWriter
  readonly reader: CallOptions["reader"]
}

function callable(key: string, definition: Definition, style: ParamStyle): Callable {
  const name = wireName(key, definition)
  return {
    key,
    name,
    isNotification: definition.kind === "notification",
    write: paramsWriter(definition, style),
    reader: definition.kind === "method" ? answerReader(name, definition) : undefined,
  }
}

function contractClient(connection: Connection, calls: readonly Callable[], options: CallOptions): object {
  const api = bareObject()
  const batch = bareObject()
  for (const { key, name, isNotification, write, reader } of calls) {
    const callOptions = { ...options, reader }
    api[key] = isNotification
      ? (...args: unknown[]) => connection.notify(name, write(args))
      : (...args: unknown[]) => connection.request(name, write(args), callOptions)
    batch[key] = (...args: unknown[]): BatchItem => ({ method: name, params: write(args), isNotification, reader })
  }
  const again = (more: CallOptions): object => contractClient(connection, calls, { ...options, ...more })
  return Object.assign(api, doors(connection, options, again, Object.assign(batch, batchDoors)))
}

function everyNameClient(connection: Connection, options: CallOptions): object {
  const again = (more: CallOptions): object => everyNameClient(connection, { ...options, ...more })
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
  connection: Connection,
  options: CallOptions,
  again: (more: CallOptions) => object,
  batch: object,
): object {
  const close = (): Promise<void> => connection.close()
  return {
    $connection: connection,
    $call: (method: string, params?: Params, more?: CallOptions) =>
      connection.request(method, params, { ...options, ...more }),
    $notify: (method: string, params?: Params) => connection.notify(method, params),
    $with: again,
    $batch: (build: (batch: object) => readonly BatchCall[]): Promise<BatchOutcome[]> =>
      connection.batch(build(batch), options),
    close,
    [Symbol.asyncDispose]: close,
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
