import { TaskSet } from "@dchat/task"
import type { Handler } from "../connection/handler.ts"

/** Answers requests, whichever connection they come from, and knows the connections that are alive (darkfi-rpc 2.3). */
export interface RequestHandler {
  /** Answers one request. It stands by itself, so that a connection can be given it: `{ handler: router.handle }`. */
  readonly handle: Handler
  /** Whether a method is known to be a subscription. */
  isSubscription?(method: string): boolean
  /** The live connections: each is a task that is in the set from before it is read until it has ended. */
  readonly connections: TaskSet
  /** Stops every live connection and waits until each has ended. */
  stopConnections(): Promise<void>
}

/** A {@link RequestHandler} from a function, for servers without a contract. */
export function requestHandler(handle: Handler): RequestHandler {
  const connections = new TaskSet()
  return {
    handle,
    connections,
    stopConnections: async () => {
      await connections.stopAll()
    },
  }
}
