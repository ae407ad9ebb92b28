import type { IncomingRequest } from "../connection/incoming-request.ts"
import { ContractError } from "../contract/contract-error.ts"
import type { Definition } from "../contract/definition.ts"
import type { ParamsReader } from "../contract/params.ts"
import type { OpenRpcMethod } from "../openrpc/document.ts"

/** What is done with a call of one method. */
export interface Route {
  readonly kind: Definition["kind"]
  readonly read: ParamsReader
  readonly run: (params: unknown, request: IncomingRequest) => unknown
  /** What OpenRPC says of it. Absent where the name is not its first one. */
  readonly describe?: () => OpenRpcMethod | undefined
}

/** Routes by the names that they are called by on the wire. No name leads to two. */
export class RouteTable {
  readonly #routes = new Map<string, Route>()
  readonly #names = new Set<string>()

  /** The names that lead somewhere. Always as they are now. */
  get names(): ReadonlySet<string> {
    return this.#names
  }

  get(name: string): Route | undefined {
    return this.#routes.get(name)
  }

  /** Throws a {@link ContractError} when some of the names lead somewhere already; then nothing is added. */
  add(routes: ReadonlyMap<string, Route>): void {
    const both = [...routes.keys()].filter((name) => this.#names.has(name))
    if (both.length > 0) {
      const names = both.map((name) => JSON.stringify(name)).join(", ")
      throw new ContractError(`already served here: ${names}; rename or remove one of the two`)
    }
    for (const [name, route] of routes) {
      this.#routes.set(name, route)
      this.#names.add(name)
    }
  }

  /** Gives whether there was one. */
  remove(name: string): boolean {
    this.#names.delete(name)
    return this.#routes.delete(name)
  }
}
