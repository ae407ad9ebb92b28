import type { Store } from "../store.ts"
import type { Scheduler } from "./scheduler.ts"
import { never, type Site } from "./site.ts"
import { summary } from "./summary.ts"

/** What a host has on its disk. Changes show in the trace, and end when the host crashes. */
export class HostStore implements Store {
  readonly #store: Store
  readonly #site: Site
  readonly #scheduler: Scheduler

  constructor(store: Store, site: Site, scheduler: Scheduler) {
    this.#store = store
    this.#site = site
    this.#scheduler = scheduler
  }

  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#site.isDown ? never() : this.#store.read(name)
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    if (this.#site.isDown) return never()
    if (this.#scheduler.isTraced) this.#scheduler.trace(`${this.#site.name} store write ${name} ${summary(bytes)}`)
    return this.#store.write(name, bytes)
  }

  remove(name: string): Promise<void> {
    if (this.#site.isDown) return never()
    if (this.#scheduler.isTraced) this.#scheduler.trace(`${this.#site.name} store remove ${name}`)
    return this.#store.remove(name)
  }

  list(prefix?: string): Promise<string[]> {
    return this.#site.isDown ? never() : this.#store.list(prefix)
  }
}
