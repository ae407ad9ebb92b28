import type { Store } from "../store.ts"
import type { Scheduler } from "./scheduler.ts"
import { summary } from "./summary.ts"

/** A store whose changes show in the trace. */
export class TracedStore implements Store {
  readonly #store: Store
  readonly #host: string
  readonly #scheduler: Scheduler

  constructor(store: Store, host: string, scheduler: Scheduler) {
    this.#store = store
    this.#host = host
    this.#scheduler = scheduler
  }

  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#store.read(name)
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    this.#scheduler.trace(`${this.#host} store write ${name} ${summary(bytes)}`)
    return this.#store.write(name, bytes)
  }

  remove(name: string): Promise<void> {
    this.#scheduler.trace(`${this.#host} store remove ${name}`)
    return this.#store.remove(name)
  }

  list(prefix?: string): Promise<string[]> {
    return this.#store.list(prefix)
  }
}
