import { rpcErrorFrom, type RpcError } from "../message/rpc-error.ts"
import type { Id, Params, ResultMessage } from "../message/message.ts"
import type { ResponseMessage } from "../message/response.ts"
import { batchText, notificationText, requestText } from "../message/serialise.ts"
import type { ResponseText, ResultCutter } from "../message/slice.ts"
import type { CallsById } from "./call-table.ts"
import { InvalidResponseError, MissingResponseError } from "./errors.ts"

/** A call that waits for its answer. Whoever drives the engine extends it with what the answer is for. */
export class PendingCall {
  /** Given by the engine: 1, 2, 3 and so on, or those as texts. 0 before. */
  id: number | string = 0
  /** All calls of the batch that it went out in. */
  batch: readonly PendingCall[] | undefined = undefined
  /** Finds its result in the text that came, when it is wanted as that. */
  cut: ResultCutter | undefined = undefined
}

/** One entry of a batch to be sent. Without a `call` it is a notification. */
export interface BatchEntry<Call> {
  readonly method: string
  readonly params: Params | undefined
  readonly call: Call | undefined
}

/** Why a call failed, as far as the texts that came in can tell. */
export type CallFailure = RpcError | InvalidResponseError | MissingResponseError

/** A text with responses, and the batches that they answer. */
export interface SettledText extends ResponseText {
  answered?: Set<readonly PendingCall[]>
}

/** What becomes of a response. */
export interface Settling<Call> {
  /** A call of ours has its result, or an error. */
  settled(call: Call, error: CallFailure | undefined, result?: unknown): void
  /** A response belongs to no call: it is late, or to a message that the other side could not read. */
  stray(error: CallFailure | undefined, late: boolean): void
}

/**
 * Our own calls: gives ids, knows which calls wait, puts batches together, and finds the call of each response. Without any
 * I/O: what is to be sent is returned, and {@link Settling} hears of what came in. An `Engine` is one that serves as well.
 */
export class PendingCalls<Call extends PendingCall> {
  readonly #settling: Settling<Call>
  /** Made with the first call: a side that only serves has none. */
  protected table: CallsById<Call> | undefined
  protected lastId = 0
  /** Whether this side has sent an error without an id. Some peers answer that with one of theirs. */
  protected hasComplained = false

  constructor(settling: Settling<Call>) {
    this.#settling = settling
  }

  /** The calls that wait for their answer. */
  get pending(): Pick<CallsById<Call>, "size" | "get" | "values"> {
    return this.table ?? NOBODY
  }

  /** The text of a request, whose answer will settle `call`. Throws a TypeError when the parameters are no JSON. */
  request(method: string, params: Params | undefined, call: Call): string {
    const text = requestText(this.lastId + 1, method, params)
    this.lastId++
    call.id = this.lastId
    this.table ??= new Map<Id, Call>()
    this.table.set(call.id, call)
    return text
  }

  /** The text of a batch, which must not be empty. Throws a TypeError when parameters are no JSON; some calls may wait then. */
  batch(entries: readonly BatchEntry<Call>[]): string {
    const calls: Call[] = []
    const textOf = ({ method, params, call }: BatchEntry<Call>): string => {
      if (call === undefined) return notificationText(method, params)
      const text = this.request(method, params, call)
      call.batch = calls
      calls.push(call)
      return text
    }
    return batchText(entries.map(textOf))
  }

  /** Stops waiting for the answer of a call; when it comes, it is ignored. False when the call does not wait. */
  forget(call: PendingCall): boolean {
    return this.table?.delete(call.id) === true
  }

  /** Takes a response. `index` is its place when it came in a batch: then {@link settleRest} has to follow. */
  settle(message: ResponseMessage, source: SettledText, index?: number): void {
    const call = this.table?.get(message.id)
    const error =
      message.kind === "result"
        ? undefined
        : message.kind === "error"
          ? rpcErrorFrom(message.error)
          : new InvalidResponseError(message.reason, message.payload)
    if (call === undefined) {
      if (message.id === null && index === undefined && message.kind === "error") return this.#settleNameless(error)
      return this.#settling.stray(error, this.isOurs(message.id))
    }
    if (index !== undefined) (source.answered ??= new Set()).add(call.batch ?? [])
    this.forget(call)
    this.#settling.settled(
      call,
      error,
      call.cut === undefined || message.kind !== "result" ? (message as ResultMessage).result : call.cut(source, index),
    )
  }

  /** Fails what the answer to a batch has left out: it will not come any more. */
  settleRest({ answered }: SettledText): void {
    for (const batch of answered ?? []) {
      for (const call of batch as readonly Call[]) {
        if (this.forget(call)) this.#settling.settled(call, new MissingResponseError())
      }
    }
  }

  /**
   * An error without an id: the other side could not tell which message it is about. When only one of ours waits, a call
   * or a batch, it is that one; unless it may as well be about an error of ours.
   */
  #settleNameless(error: CallFailure | undefined): void {
    const calls = [...this.pending.values()]
    const isTheOnlyOne = new Set(calls.map((call) => call.batch ?? call)).size === 1
    if (!isTheOnlyOne || this.hasComplained) return this.#settling.stray(error, false)
    for (const call of calls) if (this.forget(call)) this.#settling.settled(call, error)
  }

  /** Whether an id is that of a call, be it over. */
  protected isOurs(id: Id): boolean {
    return Number.isSafeInteger(id) && (id as number) >= 1 && (id as number) <= this.lastId
  }
}

const NOBODY = /* @__PURE__ */ new Map<Id, never>()
