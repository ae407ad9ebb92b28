import { paramsReader } from "../contract/params.ts"
import { method } from "../contract/definition.ts"
import type { OpenRpcDocument, OpenRpcMethod } from "../openrpc/document.ts"
import { documentOf, type OpenRpcOptions } from "../openrpc/openrpc.ts"
import type { RequestHandler } from "./request-handler.ts"
import type { Route, RouteTable } from "./route-table.ts"

/** The method that describes the others, as OpenRPC names it. */
export const DISCOVER = "rpc.discover"

/** Describes what a table holds, always as it is now. */
export function discoverRoute(routes: RouteTable, options: OpenRpcOptions): Route {
  return { kind: "method", read: paramsReader(method()), run: () => documentOf(described(routes), options) }
}

/** As {@link discoverRoute}, when the methods of another handler were added, and it is that one that describes: it says who may ask, and the title. */
export function discoverThrough(routes: RouteTable, other: RequestHandler): Route {
  return {
    kind: "method",
    read: () => undefined,
    async run(_params, request) {
      const { openrpc, info } = (await other.handle(request)) as OpenRpcDocument
      return documentOf(described(routes), { openrpc: openrpc as NonNullable<OpenRpcOptions["openrpc"]>, ...info })
    },
  }
}

/** The methods of a table, each under its first name, with those of its other names that are served. */
function described(routes: RouteTable): OpenRpcMethod[] {
  const methods = [...routes.names].flatMap((name) => routes.get(name)?.describe?.() ?? [])
  return methods.map(({ "x-aliases": aliases = [], ...method }) => {
    const served = aliases.filter((alias) => routes.names.has(alias))
    return served.length === 0 ? method : { ...method, "x-aliases": served }
  })
}
