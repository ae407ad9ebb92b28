import {
  callable,
  type CallableDefinition,
  type ErrorShape,
  type NoResult,
  type ParamShape,
  type SubscriptionMethod,
} from "./definition.ts"
import { Subscriptions } from "../subscription/subscriptions.ts"
import type { StandardSchema } from "./standard-schema.ts"

/** What {@link subscription} is told. */
export interface SubscriptionDefinition<
  P extends ParamShape,
  I extends StandardSchema,
  E extends ErrorShape,
> extends CallableDefinition<P> {
  /** Each thing that comes. Default: nothing but that it comes. */
  item?: I
  /** With what it may be refused, or end. Default: none but those of JSON-RPC. */
  errors?: E
}

/** Defines a subscription: what it is called with, what comes, with which errors it may be refused or end. */
export function subscription<
  const P extends ParamShape = readonly [],
  I extends StandardSchema = NoResult,
  const E extends ErrorShape = Readonly<Record<string, never>>,
>(definition: SubscriptionDefinition<P, I, E> = {}): SubscriptionMethod<NoInfer<P>, NoInfer<I>, NoInfer<E>> {
  return {
    ...callable(definition),
    kind: "subscription",
    subscriptions: Subscriptions,
    item: definition.item,
    errors: definition.errors ?? ({} as E),
  }
}
