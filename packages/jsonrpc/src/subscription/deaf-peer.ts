import { DeliveryError } from "../connection/errors.ts"
import type { SubscriptionsPeer } from "./subscription.ts"

/** Stands in the place of a peer from which nothing but answers can come: no item would follow, so it is not even asked. */
export function deafPeer(remote: string): SubscriptionsPeer {
  const refuse = (): Promise<never> => {
    const why = `only answers come from ${remote}; subscribe over a connection that stays, such as tcp:// or ws://`
    return Promise.reject(new DeliveryError(why, "no"))
  }
  return { request: refuse, notify: refuse }
}
