import type { Clock } from "@dchat/runtime"
import type { IncomingBatch } from "./batch.ts"
import type { IncomingCall } from "./engine.ts"

/** Tells who wants to know when the reply to a request has left. Replies to a batch leave together. */
export class ReplyWatch {
  readonly #clock: Pick<Clock, "defer">
  readonly #waiting = new Map<IncomingCall | IncomingBatch, ((hasLeft: boolean) => void)[]>()

  constructor(clock: Pick<Clock, "defer">) {
    this.#clock = clock
  }

  /** Resolves with whether the reply has left; `false` when the connection has closed before. */
  wait(call: IncomingCall): Promise<boolean> {
    return new Promise((resolve) => {
      const key = keyOf(call)
      const others = this.#waiting.get(key)
      if (others === undefined) this.#waiting.set(key, [resolve])
      else others.push(resolve)
    })
  }

  /** The reply, or the batch that it was the last of, was given to the transport, which is flushed when the turn ends. */
  sent(call: IncomingCall): void {
    const key = keyOf(call)
    const waiting = this.#waiting.get(key)
    if (waiting === undefined) return
    this.#waiting.delete(key)
    this.#clock.defer(() => waiting.forEach((resolve) => resolve(true)))
  }

  /** The connection is gone. */
  close(): void {
    for (const waiting of this.#waiting.values()) for (const resolve of waiting) resolve(false)
    this.#waiting.clear()
  }
}

function keyOf(call: IncomingCall): IncomingCall | IncomingBatch {
  return call.slot?.batch ?? call
}
