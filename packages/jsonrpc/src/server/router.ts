import type { IncomingRequest } from "../connection/incoming-request.ts"
import { Connection } from "../connection/connection.ts"
import { ContractError } from "../contract/contract-error.ts"
import type { Contract, Definitions } from "../contract/contract.ts"
import type { Definition, SubscriptionMethod } from "../contract/definition.ts"
import { paramsReader } from "../contract/params.ts"
import type { HandlerParams, HandlerResult, ParamsOf, SentItemOf } from "../contract/types.ts"
import { MethodNotFoundError } from "../message/errors.ts"
import type { Params } from "../message/message.ts"
import type { OpenRpcMethod } from "../openrpc/document.ts"
import { methodObject, type OpenRpcOptions } from "../openrpc/openrpc.ts"
import { memoryPair } from "../transport/memory.ts"
import { itemWriter, resultWriter, type AnswerWriter } from "./answer-writer.ts"
import { DISCOVER, discoverRoute, discoverThrough } from "./discover.ts"
import { PendingSubscription, runSubscription, type ItemWriter } from "./pending-subscription.ts"
import { requestHandler, type RequestHandler } from "./request-handler.ts"
import { RouteTable, type Route } from "./route-table.ts"

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

/** The methods of a contract, with what they do. More can be added, and each can be removed, while it is served. */
export interface Router extends RequestHandler {
  /** What can be called: the names on the wire, aliases too. Always as it is now: `methods.has(name)`. */
  readonly methods: ReadonlySet<string>
  /** What OpenRPC says of a method that is served; `undefined` when the name is not its first one, or none. */
  readonly describe: (method: string) => OpenRpcMethod | undefined
  /**
   * Serves the methods of another router from now on, as {@link mergeRouters} does. Throws a {@link ContractError} when
   * this one has some of them already; then nothing is added.
   */
  add(more: Router): void
  /**
   * Serves a method no more under this name; its other names stay. Calls that are worked on are still answered,
   * subscriptions go on. Gives whether there was one.
   */
  remove(method: string): boolean
  /**
   * Calls a method within this process, as a client would: through JSON, with all checks. For tests, and for calling
   * one's own server.
   */
  execute(method: string, params?: Params): Promise<unknown>
}

/** Options of {@link router}. */
export interface RouterOptions {
  /**
   * Answers `rpc.discover` with an OpenRPC document that says this of itself, and describes what is served at that time:
   * with other routers added, theirs too. Default: the method is not there.
   */
  readonly discover?: OpenRpcOptions
  /**
   * Whether what handlers give, results and items of subscriptions, is checked before it is sent. What does not fit is
   * answered with -32603, and the log says what and why: a fault of the server is found at the server. Default true: with
   * schemas of this package it takes at most half as long as writing the result does, with others as long as the client's
   * own check.
   */
  readonly checkResults?: boolean
}

type AnyHandler = (params: unknown, request: unknown) => unknown

/** Puts a contract and the functions that carry it out together. Serve it with `serve`, or give its `handle` to a connection. */
export function router<D extends Definitions>(
  contract: Contract<D>,
  handlers: Handlers<D>,
  { discover, checkResults = true }: RouterOptions = {},
): Router {
  const routes = new Map<string, Route>()
  for (const entry of contract.entries) {
    const {
      path,
      names: [name, ...aliases],
      definition,
      options,
    } = entry
    const read = paramsReader(definition, options.flavor)
    const handler = handlerAt(handlers, path)
    const run =
      definition.kind === "subscription"
        ? subscriptionRun(handler, itemWriter(name, definition, options.flavor, checkResults))
        : withResult(handler, resultWriter(name, definition, options.flavor, checkResults))
    const route: Route = { kind: definition.kind, read, run }
    routes.set(name, { ...route, describe: () => methodObject(entry) })
    for (const alias of aliases) routes.set(alias, route)
  }
  const table = new RouteTable()
  if (discover !== undefined) routes.set(DISCOVER, discoverRoute(table, discover))
  table.add(routes)
  return routerOn(table)
}

/** A router that serves what the table holds. */
export function routerOn(routes: RouteTable): Router {
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

  return {
    ...requestHandler(handle),
    methods: routes.names,
    isSubscription: (method) => routes.get(method)?.kind === "subscription",
    describe: (method) => routes.get(method)?.describe?.(),
    add: (more) => routes.add(new Map([...more.methods].map((name) => [name, routeTo(more, name, routes)]))),
    remove: (method) => routes.remove(method),
    execute,
  }
}

/** Leads to a method of another router, which reads the parameters itself. */
function routeTo(other: Router, name: string, routes: RouteTable): Route {
  if (name === DISCOVER) return discoverThrough(routes, other)
  const kind = other.isSubscription?.(name) === true ? "subscription" : "method"
  const run: Route["run"] = (_params, request) => other.handle(request)
  return { kind, read: () => undefined, run, describe: () => other.describe(name) }
}

// The compiler has checked that each handler takes what its own reader gives.
function handlerAt(handlers: object, path: readonly string[]): AnyHandler {
  let at: unknown = handlers
  for (const key of path) at = (at as Record<string, unknown> | undefined)?.[key]
  if (typeof at !== "function") throw new ContractError(`there is no handler for ${JSON.stringify(path.join("."))}`)
  return at as AnyHandler
}

function subscriptionRun(run: AnyHandler, write: ItemWriter | undefined): Route["run"] {
  return (params, request) => {
    const pending = new PendingSubscription(request, write)
    return runSubscription(pending, run(params, pending))
  }
}

/** Has a handler's result pass through `write`, as soon as it is there. */
function withResult(run: Route["run"], write: AnswerWriter | undefined): Route["run"] {
  if (write === undefined) return run
  return (params, request) => {
    const result = run(params, request)
    return isThenable(result) ? Promise.resolve(result).then(write) : write(result)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function"
}
