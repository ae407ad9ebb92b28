import type { ErrorObject, Id, Params } from "../message/message.ts"
import { isErrorObject, isRecord, own } from "../message/response.ts"
import { memberTexts } from "../message/slice.ts"

/** Something that goes over the wire and is not answered, or whose answer nobody looks at. */
export interface SpelledMessage {
  readonly kind: "request" | "notification"
  readonly method: string
  readonly params: Params
}

/** A subscription as both sides know it. */
export interface SubscriptionName {
  /** Given by the serving side, unique on its connection. */
  readonly id: Id
  /** What was called to subscribe. */
  readonly method: string
}

/** What a notification says of a subscription. */
export type SubscriptionNews =
  | { readonly kind: "item"; readonly key: Id; readonly item: unknown }
  /** Nothing more comes: it is over, or it failed. */
  | { readonly kind: "end"; readonly key: Id; readonly error: ErrorObject | undefined }

/** How the subscribing side spells subscriptions. One begins with a call of its method, in every spelling. */
export interface SubscriberSpelling {
  /**
   * How items are told apart. `id`: the call is answered with the subscription's id, which every item carries. `method`:
   * the call is not answered, and items carry the name of its method; a connection holds one subscription of each.
   */
  readonly key: "id" | "method"
  /** What tells the serving side that nobody listens any more. Without it, only the end of the connection does. */
  unsubscribe?(subscription: SubscriptionName): SpelledMessage
  /** What a notification says; `undefined` when it has nothing to do with subscriptions. */
  read(method: string, params: Params | undefined): SubscriptionNews | undefined
  /**
   * The text of the item in the text of the parameters that it came in, for who wants it as it came. Default: JSON that means
   * the same.
   */
  itemText?(params: string): string | undefined
}

/** How a family of peers spells subscriptions, on both sides. */
export interface SubscriptionSpelling extends SubscriberSpelling {
  /**
   * The id of a new subscription that is served, from how many there have been on its connection, from 1. Default: that
   * number. Some clients, as those of Ethereum, take only texts. Two of one connection must not be the same.
   */
  newId?(count: number): Id
  /** The notification that carries an item. */
  item(subscription: SubscriptionName, item: unknown): SpelledMessage
  /** What tells the subscriber that nothing more comes. Without it, only the end of the connection does. */
  end?(subscription: SubscriptionName, error: ErrorObject | undefined): SpelledMessage
  /** The id of the subscription that a message ends; `undefined` when it is no such message. */
  readUnsubscribe?(method: string, params: Params | undefined): Id | undefined
}

const ITEM = "rpc.item"
const END = "rpc.end"
const UNSUBSCRIBE = "rpc.unsubscribe"

/** The subscribing side of {@link plainSubscriptions}. */
export const plainSubscriber: SubscriberSpelling = {
  key: "id",
  unsubscribe: ({ id }) => ({ kind: "notification", method: UNSUBSCRIBE, params: { subscription: id } }),
  read(method, params) {
    if (method !== ITEM && method !== END) return undefined
    const key = idOf(params)
    if (key === undefined) return undefined
    const { item, error } = params as { item?: unknown; error?: unknown }
    if (method === ITEM) return { kind: "item", key, item }
    return { kind: "end", key, error: isErrorObject(error) ? error : undefined }
  },
  itemText: (params) => memberTexts(params).get("item"),
}

/**
 * The spelling unless a dialect has one of its own. Names that begin with `rpc.` are those that JSON-RPC leaves to
 * extensions, so that no method of a contract can be meant.
 */
export const plainSubscriptions: SubscriptionSpelling = {
  ...plainSubscriber,
  item: ({ id }, item) => ({ kind: "notification", method: ITEM, params: { subscription: id, item } }),
  end: ({ id }, error) => ({
    kind: "notification",
    method: END,
    params: error === undefined ? { subscription: id } : { subscription: id, error },
  }),
  readUnsubscribe: (method, params) => (method === UNSUBSCRIBE ? idOf(params) : undefined),
}

function idOf(params: Params | undefined): Id | undefined {
  if (!isRecord(params)) return undefined
  const id = own(params, "subscription")
  return typeof id === "string" || typeof id === "number" ? id : undefined
}
