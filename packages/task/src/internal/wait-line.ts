import { whenCancelled, type Cancellation } from "../cancel/cancellation.ts"
import { LinkedList } from "./linked-list.ts"

/** One who waits. Whoever takes it out of the line settles it. */
export interface Waiter<Result, Brought> {
  /** What it came with. */
  readonly brought: Brought
  resolve(result: Result): void
  reject(reason: unknown): void
}

interface Place<Result, Brought> extends Waiter<Result, Brought> {
  unlink: () => void
}

/** Those who wait for their turn: first come, first served. One who is cancelled leaves the line at once. */
export class WaitLine<Result, Brought = void> {
  readonly #places = new LinkedList<Place<Result, Brought>>()

  get size(): number {
    return this.#places.size
  }

  /** Waits at the end of the line. Rejects with the reason of `signal`, at once when that is cancelled already. */
  join(signal: Cancellation | undefined, brought: Brought): Promise<Result> {
    return new Promise((resolve, reject) => {
      const place: Place<Result, Brought> = { brought, resolve, reject, unlink: nothing }
      const link = this.#places.push(place)
      place.unlink = whenCancelled(signal, (reason) => {
        this.#places.remove(link)
        reject(reason)
      })
    })
  }

  /** Takes the first one out of the line. */
  shift(): Waiter<Result, Brought> | undefined {
    const place = this.#places.shift()?.value
    place?.unlink()
    return place
  }

  /** Takes one after the other out of the line, until nobody waits. */
  *drain(): Generator<Waiter<Result, Brought>, void> {
    for (let waiter = this.shift(); waiter !== undefined; waiter = this.shift()) yield waiter
  }
}

function nothing(): void {}
