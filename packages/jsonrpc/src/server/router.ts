import type { IncomingRequest } from "../connection/incoming-request.ts"
import { Connection } from "../connection/connection.ts"
import { ContractError } from "../contract/contract-error.ts"
import { contractEntries, type Contract, type Definitions } from "../contract/contract.ts"
import { method, type Definition, type SubscriptionMethod } from "../contract/definition.ts"
import { paramsReader, type ParamsReader } from "../contract/params.ts"
import type { HandlerParams, HandlerResult, ParamsOf, SentItemOf } from "../contract/types.ts"
import { isReviving, jsonFlavor, type Flavor } from "../flavor/flavor.ts"
import { MethodNotFoundError } from "../message/errors.ts"
import { JsonText } from "../message/json-text.ts"
import type { Params } from "../message/message.ts"
import { openRpcDocument, type OpenRpcOptions } from "../openrpc/openrpc.ts"
import { memoryPair } from "../transport/memory.ts"
import { PendingSubscription, runSubscription } from "./pending-subscription.ts"
import { requestHandler, type RequestHandler } from "./request-handler.ts"

/**
 * A function for each method and notification of a contract. It gets the parameters, checked, and the request: its
 * `connection` (with the `state` kept of this peer) and its `signal`. What it throws is answered as a `Handler`'s is.
 */
export type Handlers<D extends Definitions> = {
  readonly [K in keyof D]: D[K] extends Definition
    ? D[K] extends SubscriptionMethod
      ? SubscriptionHandler<D[K]>
      : (
          params: HandlerParams<ParamsOf<D[K]>>,
          request: IncomingRequest,
        ) => HandlerResult<D[K]> | Promise<HandlerResult<D[K]>>
    : D[K] extends Contract<infer Inner>
      ? Handlers<Inner>
      : never
}

/**
 * What serves a subscription. A generator, or anything else that can be iterated over, is accepted and given out item by
 * item, as fast as the subscriber reads; its end, or its error, ends the subscription. Whoever wants to choose uses
 * `accept` or `reject` of the {@link PendingSubscription}, and returns nothing.
 */
export type SubscriptionHandler<D extends SubscriptionMethod> = (
  params: HandlerParams<ParamsOf<D>>,
  pending: PendingSubscription<SentItemOf<D>>,
) => AsyncIterable<SentItemOf<D>> | Promise<void> | void

/** The methods of a contract, with what they do. */
export interface Router extends RequestHandler {
  /**
   * Calls a method within this process, as a client would: through JSON, with all checks. For tests, and for calling
   * one's own server.
   */
  execute(method: string, params?: Params): Promise<unknown>
}

/** Options of {@link router}. */
export interface RouterOptions {
  /** Answers `rpc.discover` with an OpenRPC document that says this of itself. Default: the method is not there. */
  readonly discover?: OpenRpcOptions
}

type AnyHandler = (params: unknown, request: unknown) => unknown

interface Route {
  readonly kind: Definition["kind"]
  readonly read: ParamsReader
  readonly run: (params: unknown, request: IncomingRequest) => unknown
}

/** Puts a contract and the functions that carry it out together. Serve it with `serve`, or give its `handle` to a connection. */
export function router<D extends Definitions>(
  contract: Contract<D>,
  handlers: Handlers<D>,
  { discover }: RouterOptions = {},
): Router {
  const routes = new Map<string, Route>()
  for (const { path, name, aliases, definition, options } of contractEntries(contract)) {
    const read = paramsReader(definition, options.flavor)
    const handler = handlerAt(handlers, path)
    const run =
      definition.kind === "subscription"
        ? subscriptionRun(handler, definition, options.flavor)
        : withFlavor(handler, definition, options.flavor)
    for (const each of [name, ...aliases]) routes.set(each, { kind: definition.kind, read, run })
  }

  if (discover !== undefined) {
    const document = openRpcDocument(contract, discover)
    routes.set("rpc.discover", { kind: "method", read: paramsReader(method()), run: () => document })
  }

  function handle(request: IncomingRequest): unknown {
    const route = routes.get(request.method)
    if (route === undefined) throw new MethodNotFoundError()
    const params = route.read(request.params, request)
    return params instanceof Promise ? params.then((read) => route.run(read, request)) : route.run(params, request)
  }

  async function execute(method: string, params?: Params): Promise<unknown> {
    const [near, far] = memoryPair()
    const client = new Connection(near)
    const server = new Connection(far, { role: "server", handler: handle })
    try {
      return await client.request(method, params)
    } finally {
      await Promise.all([client.close(), server.close()])
    }
  }

  const isSubscription = (method: string): boolean => routes.get(method)?.kind === "subscription"
  return { ...requestHandler(handle), isSubscription, execute }
}

// The compiler has checked that each handler takes what its own reader gives.
function handlerAt(handlers: object, path: readonly string[]): AnyHandler {
  let at: unknown = handlers
  for (const key of path) at = (at as Record<string, unknown> | undefined)?.[key]
  if (typeof at !== "function") throw new ContractError(`there is no handler for ${JSON.stringify(path.join("."))}`)
  return at as AnyHandler
}

function subscriptionRun(run: AnyHandler, { item }: SubscriptionMethod, flavor: Flavor | undefined): Route["run"] {
  const needsFlavor = item !== undefined && (flavor !== undefined || isReviving(item))
  const write = needsFlavor ? (each: unknown) => new JsonText((flavor ?? jsonFlavor).encode(each)) : undefined
  return (params, request) => {
    const pending = new PendingSubscription(request, write)
    return runSubscription(pending, run(params, pending))
  }
}

/** Has the results of a handler written as a flavor says, where JSON alone would not do. */
function withFlavor(run: Route["run"], definition: Definition, flavor: Flavor | undefined): Route["run"] {
  if (definition.kind !== "method" || definition.result === undefined) return run
  if (flavor === undefined && !isReviving(definition.result)) return run
  const write = (result: unknown): JsonText => new JsonText((flavor ?? jsonFlavor).encode(result))
  return (params, request) => {
    const result = run(params, request)
    return result instanceof Promise ? result.then(write) : write(result)
  }
}
