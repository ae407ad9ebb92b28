import type { RpcError } from "../message/rpc-error.ts"
import type { SubscriptionsClass } from "../subscription/subscription.ts"
import type { StandardSchema } from "./standard-schema.ts"

/** Parameters in order, each with its name: the method is called with arguments. */
export type ParamList = readonly (readonly [name: string, schema: StandardSchema])[]

/** Parameters by name only: the method is called with one object. */
export type ParamRecord = Readonly<Record<string, StandardSchema>>

/** The parameters of a method. Which of the two it is decides how it is called; nothing is guessed from a value. */
export type ParamShape = ParamList | ParamRecord

/** The errors that a method may answer with, by name. Made with `error`. */
export type ErrorShape = Readonly<Record<string, DeclaredErrorClass>>

/** Any class that `error` makes. */
export interface DeclaredErrorClass {
  new (data?: never, message?: string): RpcError
  readonly code: number
  readonly dataSchema: StandardSchema | undefined
  /** The error that came in, as one of this class if its data fits. */
  from(error: RpcError): RpcError
}

/** The result of a method that answers with nothing: `null` on the wire, `undefined` for clients. */
export type NoResult = StandardSchema<void, void>

/** What is said of everything that can be called. */
export interface CallableDefinition<P extends ParamShape> {
  /** Default: none. */
  params?: P
  /** What it is called on the wire. Default: its name in the contract. */
  name?: string
  /** What parameters are called on the wire, where that is not what programs call them: `{ limit: "max_results" }`. */
  paramNames?: Readonly<Record<string, string>>
  /** Other names under which a server answers it too. */
  aliases?: readonly string[]
  /** What a server does with parameters that were not asked for: answer with -32602, or drop them. Default `refuse`. */
  surplus?: "refuse" | "ignore"
  /** What it does, for people, in a line. */
  summary?: string
  /** Whether callers should look for something else. Default false. */
  deprecated?: boolean
}

/** What is known of everything that can be called. */
export interface CallableParts<P extends ParamShape> {
  readonly params: P
  readonly paramNames: Readonly<Record<string, string>>
  readonly name?: string
  readonly aliases: readonly string[]
  /** Default `refuse`. */
  readonly surplus?: "refuse" | "ignore"
  readonly summary?: string
  /** Default false. */
  readonly deprecated?: boolean
}

/** What {@link method} is told. */
export interface MethodDefinition<
  P extends ParamShape,
  R extends StandardSchema,
  E extends ErrorShape,
> extends CallableDefinition<P> {
  /** Default: nothing. */
  result?: R
  /** Default: none but those of JSON-RPC. */
  errors?: E
}

/** A method of a contract. */
export interface Method<
  P extends ParamShape = ParamShape,
  R extends StandardSchema = StandardSchema,
  E extends ErrorShape = ErrorShape,
> extends CallableParts<P> {
  readonly kind: "method"
  readonly result: R | undefined
  readonly errors: E
}

/** A notification of a contract: a call that nobody answers. */
export interface Notification<P extends ParamShape = ParamShape> extends CallableParts<P> {
  readonly kind: "notification"
}

/** A subscription of a contract: one call, and then items until one of the two sides ends it. */
export interface SubscriptionMethod<
  P extends ParamShape = ParamShape,
  I extends StandardSchema = StandardSchema,
  E extends ErrorShape = ErrorShape,
> extends CallableParts<P> {
  readonly kind: "subscription"
  /** What a client needs for it: a page whose contract has no subscription does not load it. */
  readonly subscriptions: SubscriptionsClass
  readonly item: I | undefined
  readonly errors: E
}

/** Anything that a contract holds. */
export type Definition = Method | Notification | SubscriptionMethod

// NoInfer: inside of `contract({ ... })` the compiler would else take what was left out from what a contract may hold.

/** Defines a method: what it is called with, what it answers, which errors it may answer with. */
export function method<
  const P extends ParamShape = readonly [],
  R extends StandardSchema = NoResult,
  const E extends ErrorShape = Readonly<Record<string, never>>,
>(definition: MethodDefinition<P, R, E> = {}): Method<NoInfer<P>, NoInfer<R>, NoInfer<E>> {
  return { ...callable(definition), kind: "method", result: definition.result, errors: definition.errors ?? ({} as E) }
}

/** Defines a notification: what it is sent with. */
export function notification<const P extends ParamShape = readonly []>(
  definition: CallableDefinition<P> = {},
): Notification<NoInfer<P>> {
  return { kind: "notification", ...callable(definition) }
}

/** What is known of a definition: what was said, and the defaults of what was not, or was `undefined`, where clients need them. */
export function callable<P extends ParamShape>({
  params = [] as ParamList as P,
  paramNames = {},
  aliases = [],
  ...rest
}: CallableDefinition<P>): CallableParts<P> {
  return { ...rest, params, paramNames, aliases }
}
