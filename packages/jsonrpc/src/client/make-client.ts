import type { BatchCall, BatchOutcome, CallOptions } from "../connection/call.ts"
import type { Connection } from "../connection/connection.ts"
import { wireName, type Contract, type Definitions } from "../contract/contract.ts"
import type { Params } from "../message/message.ts"
import { answerReader } from "./answer-reader.ts"
import type { BatchItem, Client } from "./client.ts"
import { paramsWriter, type ParamStyle, type ParamsWriter } from "./params-writer.ts"

/** Options of {@link client}. */
export interface ClientOptions {
  /** How parameters go over the wire. Default `declared`: a list by position, an object by name. */
  params?: ParamStyle
}

/** Calls the other side of a connection by a contract. Any connection will do, on either side. */
export function client<D extends Definitions = Record<never, never>>(
  connection: Connection,
  contract?: Contract<D>,
  { params: style = "declared" }: ClientOptions = {},
): Client<D> {
  const methods = Object.entries(contract?.definitions ?? {}).map(([key, definition]): ClientMethod => {
    const name = wireName(key, definition)
    return {
      key,
      name,
      write: paramsWriter(definition, style),
      reader: definition.kind === "method" ? answerReader(name, definition) : undefined,
      isNotification: definition.kind === "notification",
    }
  })
  return bind<D>(connection, methods, {})
}

/** What calling a definition takes, made once. */
interface ClientMethod {
  readonly key: string
  readonly name: string
  readonly write: ParamsWriter
  readonly reader: CallOptions["reader"]
  readonly isNotification: boolean
}

function bind<D extends Definitions>(
  connection: Connection,
  methods: readonly ClientMethod[],
  options: CallOptions,
): Client<D> {
  const api: Record<string, unknown> = Object.create(null)
  for (const { key, name, write, reader, isNotification } of methods) {
    const callOptions = { ...options, reader }
    api[key] = isNotification
      ? (...args: unknown[]) => connection.notify(name, write(args))
      : (...args: unknown[]) => connection.request(name, write(args), callOptions)
  }
  return Object.assign(api, {
    $connection: connection,
    $call: (method: string, params?: Params, more?: CallOptions) =>
      connection.request(method, params, { ...options, ...more }),
    $notify: (method: string, params?: Params) => connection.notify(method, params),
    $with: (more: CallOptions) => bind<D>(connection, methods, { ...options, ...more }),
    $batch: (build: (batch: unknown) => readonly BatchItem[]): Promise<BatchOutcome[]> =>
      connection.batch(build(batchOf(methods)) as readonly BatchCall[], options),
    close: () => connection.close(),
    [Symbol.asyncDispose]: () => connection.close(),
  }) as unknown as Client<D>
}

function batchOf(methods: readonly ClientMethod[]): unknown {
  const batch: Record<string, unknown> = Object.create(null)
  for (const { key, name, write, reader, isNotification } of methods) {
    batch[key] = (...args: unknown[]): BatchItem => ({ method: name, params: write(args), isNotification, reader })
  }
  return Object.assign(batch, {
    $call: (method: string, params?: Params): BatchItem => ({
      method,
      params,
      isNotification: false,
      reader: undefined,
    }),
    $notify: (method: string, params?: Params): BatchItem => ({
      method,
      params,
      isNotification: true,
      reader: undefined,
    }),
  })
}
