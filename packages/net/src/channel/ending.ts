import type { ChannelStopped } from "./stopped.ts"

/** What is done when a channel has stopped. Awaited. */
export type Cleanup = () => Promise<void> | void

/** How a channel ends: once, for one reason, of which all are told who wait for it, and when everything has been cleaned up. */
export class Ending {
  /** Resolves when the end begins, with the reason. Never rejects. */
  readonly begun: Promise<ChannelStopped>
  #tellBegun: (reason: ChannelStopped) => void = nothing
  #reason: ChannelStopped | undefined
  /** Replaced when there is one more. */
  #cleanups: readonly Cleanup[] = []
  /** Made when the end begins. */
  #over: Promise<void> | undefined

  constructor() {
    this.begun = new Promise((resolve) => {
      this.#tellBegun = resolve
    })
  }

  /** Why the channel has stopped; undefined if it has not. */
  get reason(): ChannelStopped | undefined {
    return this.#reason
  }

  /** Runs `cleanup` at the end, after those that were given before. */
  add(cleanup: Cleanup): void {
    this.#cleanups = this.#cleanups.concat([cleanup])
  }

  /**
   * The end begins, unless it has. Returns when the line is closed and all cleanups have run, one after the other.
   *
   * @param hangUp Closes the line, which takes as long as the promise.
   * @param failed Gets what a cleanup threw. The others are run nevertheless.
   */
  begin(reason: ChannelStopped, hangUp: () => Promise<void>, failed: (error: unknown) => void): Promise<void> {
    if (this.#over !== undefined) return this.#over
    let tellOver: () => void = nothing
    // Made first: what is called from here on may stop the channel again.
    this.#over = new Promise((resolve) => {
      tellOver = resolve
    })
    this.#reason = reason
    this.#tellBegun(reason)
    void Promise.allSettled([hangUp(), this.#cleanUp(failed)]).then(tellOver)
    return this.#over
  }

  async #cleanUp(failed: (error: unknown) => void): Promise<void> {
    for (const cleanup of this.#cleanups) {
      try {
        await cleanup()
      } catch (error) {
        failed(error)
      }
    }
  }
}

function nothing(): void {}
