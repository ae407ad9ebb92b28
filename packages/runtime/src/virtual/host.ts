import type { Log } from "../log.ts"
import type { Network } from "../network.ts"
import type { Random } from "../random.ts"
import type { Runtime } from "../runtime.ts"
import type { Store } from "../store.ts"
import type { TaskObserver } from "../task-observer.ts"
import type { VirtualClock } from "./clock.ts"

/** A computer of a virtual world: a runtime for the programs on it. */
export interface VirtualHost extends Runtime {
  readonly name: string
  /** Its addresses, beside those of the loopback interface. */
  readonly ips: readonly string[]
  readonly clock: VirtualClock
  readonly random: Random
  readonly network: Network
  readonly store: Store
  readonly log: Log
  readonly tasks: TaskObserver
}

/** What the programs of a host have not let go of. */
export interface Holdings {
  /** The name of the host. */
  readonly host: string
  /** Ends of connections that are open, those included that wait to be accepted. */
  readonly streams: number
  readonly listeners: number
  /** Tasks that the host's {@link Runtime.tasks} was told of. */
  readonly tasks: number
}

/** Options of {@link VirtualWorld.host}. */
export interface HostOptions {
  /** Unique in the world; other hosts find it by this name. */
  readonly name: string
  /** Its IP address or addresses, unique in the world. Default: the next one of 10.0.0.0/8. */
  readonly ip?: string | readonly string[]
  /** What it finds on its disk: that of a host before, for a restart. Default: a new memory store. */
  readonly store?: Store
  /** How much its wall clock is ahead of the world's when the world begins, in milliseconds. Default 0. */
  readonly clockOffsetMs?: number
  /** How much its wall clock is fast, in parts per million; below 0 it is slow. Default 0. */
  readonly clockDriftPpm?: number
}

/** Options of {@link VirtualWorld.crash}. */
export interface CrashOptions {
  /**
   * Whether nobody is told: no connection is reset, and the other ends go on as though the host were there. As with TCP,
   * what they send is sent again until the host is up, which then resets the connection, or until 924 s have passed.
   * Default: all connections are reset.
   */
  readonly silent?: boolean
}

/** Options of {@link VirtualWorld.restart}. */
export interface RestartOptions {
  /** What it finds on its disk. Default: what it had when it crashed. See {@link tornStore}. */
  readonly store?: Store
}
