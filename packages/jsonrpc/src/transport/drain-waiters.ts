/** Those who wait until less is on the way. */
export class DrainWaiters {
  #waiters: Set<() => void> | undefined

  get isEmpty(): boolean {
    return this.#waiters === undefined
  }

  /** Resolves with the next {@link wake}. Rejects with the signal's reason. */
  wait(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const waiters = (this.#waiters ??= new Set())
      const wake = (): void => {
        signal?.removeEventListener("abort", abort)
        resolve()
      }
      const abort = (): void => {
        waiters.delete(wake)
        reject(signal?.reason as Error)
      }
      waiters.add(wake)
      signal?.addEventListener("abort", abort, { once: true })
    })
  }

  wake(): void {
    const waiters = this.#waiters
    this.#waiters = undefined
    for (const wake of waiters ?? []) wake()
  }
}
