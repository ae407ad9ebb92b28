import type { Log } from "@dchat/runtime"
import type { Dialect } from "../dialect/dialect.ts"
import type { SpelledMessage } from "../dialect/subscription-spelling.ts"
import type { Id, NotificationMessage, Params } from "../message/message.ts"
import type { CallOptions } from "./call.ts"

/** What {@link CallNotes} are made from. */
export interface CallNotesOptions {
  /** Makes a call without a note. */
  readonly request: (method: string, params: Params | undefined, options: CallOptions) => Promise<unknown>
  /** Tells the handler of a request of the other side that nobody waits for its answer. */
  readonly cancel: (id: Id) => void
  /** How long a call waits that does not say, in milliseconds. */
  readonly timeoutMs: number
  readonly tell: (message: SpelledMessage) => void
  readonly log: Log
}

/**
 * What the two sides say of calls on their way, as far as the dialect has words for it: that nobody waits any more, how
 * far a call has come, how long its caller waits.
 */
export class CallNotes {
  readonly #dialect: Dialect
  readonly #options: CallNotesOptions
  /** Who wants to hear of the progress of calls on their way, by token. */
  #listeners: Map<Id, (value: unknown) => void> | undefined
  #lastToken = 0

  constructor(dialect: Dialect, options: CallNotesOptions) {
    this.#dialect = dialect
    this.#options = options
  }

  /** Makes a call, and says with it what its caller wants to be known. */
  request(method: string, params: Params | undefined, options: CallOptions): Promise<unknown> {
    const { request, timeoutMs: defaultTimeoutMs } = this.#options
    const { progress, deadline } = this.#dialect
    const { onProgress, timeoutMs = defaultTimeoutMs } = options
    const told = deadline === undefined || timeoutMs === Infinity ? params : deadline.tell(params, timeoutMs)
    if (progress === undefined || onProgress === undefined) return request(method, told, options)
    const listeners = (this.#listeners ??= new Map<Id, (value: unknown) => void>())
    const token = ++this.#lastToken
    listeners.set(token, onProgress)
    const answer = request(method, progress.ask(told, token), options)
    return answer.finally(() => listeners.delete(token))
  }

  /** Nobody waits for the answer to a call of ours any more. */
  giveUp(id: number | string): void {
    const message = this.#dialect.cancellation?.cancel(id)
    if (message !== undefined) this.#options.tell(message)
  }

  /** Takes what the other side says of a call; gives `false` when a notification is about something else. */
  take(message: NotificationMessage): boolean {
    return this.#isCancellation(message) || this.#isProgress(message)
  }

  #isCancellation({ method, params }: NotificationMessage): boolean {
    const id = this.#dialect.cancellation?.readCancel(method, params)
    if (id !== undefined) this.#options.cancel(id)
    return id !== undefined
  }

  #isProgress({ method, params }: NotificationMessage): boolean {
    const news = this.#dialect.progress?.readProgress(method, params)
    if (news === undefined) return false
    try {
      this.#listeners?.get(news.token)?.(news.value)
    } catch (error) {
      this.#options.log.error("onProgress failed", { method, error })
    }
    return true
  }
}
