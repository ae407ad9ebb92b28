import type {
  SubscriptionMethod,
  Definition,
  Method,
  Notification,
  ParamList,
  ParamRecord,
  ParamShape,
} from "./definition.ts"
import type { InputOf, OutputOf, StandardSchema } from "./standard-schema.ts"

/** What a caller writes between the parentheses. */
export type Arguments<P extends ParamShape> = P extends ParamList
  ? ListInput<P>
  : P extends ParamRecord
    ? RecordArguments<RecordInput<P>>
    : never

/** What a handler gets: a tuple for a list of parameters, an object for parameters by name. */
export type HandlerParams<P extends ParamShape> = P extends ParamList
  ? ListOutput<P>
  : P extends ParamRecord
    ? RecordOutput<P>
    : never

/** What a call gives its caller. */
export type CallResult<D extends Definition> = D extends Method<ParamShape, infer R> ? OutputOf<R> : void

/** What a handler answers with. */
export type HandlerResult<D extends Definition> = D extends Method<ParamShape, infer R> ? InputOf<R> : void

/** The parameters of a definition. */
export type ParamsOf<D extends Definition> = D extends
  | Method<infer P>
  | Notification<infer P>
  | SubscriptionMethod<infer P>
  ? P
  : never

/** What a subscriber gets, item by item. */
export type ItemOf<D extends Definition> = D extends SubscriptionMethod<ParamShape, infer I> ? OutputOf<I> : never

/** What a server of a subscription gives, item by item. */
export type SentItemOf<D extends Definition> = D extends SubscriptionMethod<ParamShape, infer I> ? InputOf<I> : never

type ListInput<P extends ParamList> = P extends readonly [
  readonly [string, infer S extends StandardSchema],
  ...infer Rest extends ParamList,
]
  ? undefined extends InputOf<S>
    ? [argument?: InputOf<S>, ...rest: ListInput<Rest>]
    : [argument: InputOf<S>, ...rest: ListInput<Rest>]
  : P extends readonly []
    ? []
    : unknown[]

type ListOutput<P extends ParamList> = P extends readonly [
  readonly [string, infer S extends StandardSchema],
  ...infer Rest extends ParamList,
]
  ? [parameter: OutputOf<S>, ...rest: ListOutput<Rest>]
  : P extends readonly []
    ? []
    : unknown[]

type RecordArguments<Input> = Partial<Input> extends Input ? [params?: Input] : [params: Input]

type RecordInput<P extends ParamRecord> = Simplify<
  { -readonly [K in keyof P as undefined extends InputOf<P[K]> ? never : K]: InputOf<P[K]> } & {
    -readonly [K in keyof P as undefined extends InputOf<P[K]> ? K : never]?: InputOf<P[K]>
  }
>

type RecordOutput<P extends ParamRecord> = Simplify<
  { -readonly [K in keyof P as undefined extends OutputOf<P[K]> ? never : K]: OutputOf<P[K]> } & {
    -readonly [K in keyof P as undefined extends OutputOf<P[K]> ? K : never]?: OutputOf<P[K]>
  }
>

type Simplify<T> = { [K in keyof T]: T[K] }
