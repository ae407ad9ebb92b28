import type { IncomingRequest } from "../connection/incoming-request.ts"
import type { Peer } from "../connection/peer.ts"
import type { AccessRequest } from "../transport/access.ts"

/** Something that is found out about a request and that handlers want to know, such as who is calling. */
export interface ContextKey<Value> {
  /**
   * Middleware sets it for a request. `authorize` of an HTTP or WebSocket listener, or of `fetchHandler`, sets it for
   * everything that comes over the connection it lets in.
   */
  set(target: IncomingRequest | AccessRequest, value: Value): void
  /** What is known of the request, else of its connection. Throws an Error when nobody has set it. */
  get(request: IncomingRequest): Value
}

/** Makes a key. `name` is for people. The value lives as long as the request, or the connection. */
export function contextKey<Value>(name: string): ContextKey<Value> {
  const values = new WeakMap<object, { readonly value: Value }>()
  return {
    set: (target, value) => void values.set(target, { value }),
    get(request) {
      const found = values.get(request) ?? values.get(accessOf(request.connection) ?? request)
      if (found === undefined) throw new Error(`nobody has set ${name} for ${request.method}`)
      return found.value
    },
  }
}

/** Among the state of a connection. */
const ACCESS = Symbol("access")

/** Remembers how a connection was let in. */
export function setAccess(connection: Peer, access: AccessRequest): void {
  connection.state.set(ACCESS, access)
}

function accessOf(connection: Peer): AccessRequest | undefined {
  return connection.state.get(ACCESS) as AccessRequest | undefined
}
