import type { IncomingRequest } from "../connection/incoming-request.ts"
import { Connection } from "../connection/connection.ts"
import { ContractError } from "../contract/contract-error.ts"
import { wireNames, type Contract, type Definitions } from "../contract/contract.ts"
import { paramsReader, type ParamsReader } from "../contract/params.ts"
import type { HandlerParams, HandlerResult, ParamsOf } from "../contract/types.ts"
import { MethodNotFoundError } from "../message/errors.ts"
import type { Params } from "../message/message.ts"
import { memoryPair } from "../transport/memory.ts"
import { requestHandler, type RequestHandler } from "./request-handler.ts"

/**
 * A function for each method and notification of a contract. It gets the parameters, checked, and the request: its
 * `connection` (with the `state` kept of this peer) and its `signal`. What it throws is answered as a `Handler`'s is.
 */
export type Handlers<D extends Definitions> = {
  readonly [K in keyof D]: (
    params: HandlerParams<ParamsOf<D[K]>>,
    request: IncomingRequest,
  ) => HandlerResult<D[K]> | Promise<HandlerResult<D[K]>>
}

/** The methods of a contract, with what they do. */
export interface Router extends RequestHandler {
  /**
   * Calls a method within this process, as a client would: through JSON, with all checks. For tests, and for calling
   * one's own server.
   */
  execute(method: string, params?: Params): Promise<unknown>
}

interface Route {
  readonly read: ParamsReader
  readonly run: (params: unknown, request: IncomingRequest) => unknown
}

/** Puts a contract and the functions that carry it out together. Serve it with `serve`, or give its `handle` to a connection. */
export function router<D extends Definitions>(contract: Contract<D>, handlers: Handlers<D>): Router {
  const routes = new Map<string, Route>()
  for (const [key, definition] of Object.entries(contract.definitions)) {
    const read = paramsReader(definition)
    // The compiler has checked that each handler takes what its own reader gives.
    const run = handlers[key] as unknown as Route["run"] | undefined
    if (run === undefined) throw new ContractError(`there is no handler for ${JSON.stringify(key)}`)
    for (const name of wireNames(key, definition)) routes.set(name, { read, run })
  }

  function handle(request: IncomingRequest): unknown {
    const route = routes.get(request.method)
    if (route === undefined) throw new MethodNotFoundError()
    const params = route.read(request.params)
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

  return { ...requestHandler(handle), execute }
}
