import { routerOn, type Router } from "./router.ts"
import { RouteTable } from "./route-table.ts"

/**
 * One router with the methods of several. A call goes to the router that it came from, through its middleware if
 * `withMiddleware` has given it some.
 *
 * Throws a `ContractError` that names the methods that two of them have. One may answer `rpc.discover`, and then
 * describes the methods of all. What is added to one of them later is not in the new one.
 */
export function mergeRouters(...routers: readonly Router[]): Router {
  const merged = routerOn(new RouteTable())
  for (const each of routers) merged.add(each)
  return merged
}
