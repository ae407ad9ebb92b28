import type { Clock } from "./clock.ts"
import type { Log } from "./log.ts"
import type { Network } from "./network.ts"
import type { Random } from "./random.ts"
import type { Store } from "./store.ts"
import type { TaskObserver } from "./task-observer.ts"

/**
 * The world, as a program sees it. Nothing in this house reads time, randomness, sockets or files in any other way, which
 * is what lets a thousand nodes run in one process on a virtual clock. Ask for as little of it as is needed:
 * `Pick<Runtime, "clock" | "random">`.
 */
export interface Runtime {
  readonly clock: Clock
  readonly random: Random
  readonly network: Network
  readonly store: Store
  readonly log: Log
  /** Learns of each task that a program begins and ends, where the program says so: for simulations. Default: nobody does. */
  readonly tasks?: TaskObserver | undefined
}
