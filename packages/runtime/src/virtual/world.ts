import { canonicalIp } from "../address.ts"
import { logTo, silentLog, type LogSink } from "../log.ts"
import { MemoryStore } from "../memory-store.ts"
import type { Store } from "../store.ts"
import { SlabPool } from "../stream/write-buffer.ts"
import { VirtualClock } from "./clock.ts"
import { Copier } from "./copier.ts"
import { VirtualTimeError } from "./error.ts"
import { HostStore } from "./host-store.ts"
import type { CrashOptions, Holdings, HostOptions, RestartOptions, VirtualHost } from "./host.ts"
import { Internet } from "./internet.ts"
import { fixedDelay, type LinkPolicy } from "./link.ts"
import { withSilence } from "./links/silence.ts"
import { VirtualNetwork } from "./network.ts"
import { SeededRandom } from "./random.ts"
import { Scheduler } from "./scheduler.ts"
import { Site } from "./site.ts"
import { TaskCounter } from "./task-counter.ts"

/** 2025-01-01T00:00:00Z. */
const START_TIME = 1_735_689_600_000
const LIMIT_MS = 3_600_000
const TURNS_PER_MOMENT = 1_000_000
const WINDOW_BYTES = 64 * 1024

/** Options of {@link virtualWorld}. */
export interface WorldOptions {
  /** All randomness follows from it. Default 1. */
  readonly seed?: number | string
  /** Wall time at the beginning, in milliseconds since 1970. Default: the start of 2025. */
  readonly startTime?: number
  /** What the network between hosts does. Default: 1 ms each way, whole chunks. */
  readonly links?: LinkPolicy
  /** Bytes that may be on the way or unread in one direction of a connection. Default 64 KiB. */
  readonly windowBytes?: number
  /** More events than this within one moment mean that time stands still: the run fails. Default 1,000,000. */
  readonly turnsPerMoment?: number
  /** Gets a line for every event: the time, who, what, and a summary of the bytes. The same seed gives the same lines. */
  readonly onTrace?: (line: string) => void
  /** Where the hosts' logs go; each is named after its host. Default: nowhere. */
  readonly log?: LogSink
}

/** What the world knows of a host. */
interface Computer {
  readonly host: VirtualHost
  readonly site: Site
  readonly tasks: TaskCounter
  readonly options: HostOptions
  /** What is on its disk. */
  readonly store: Store
  /** How often it was started. */
  readonly starts: number
}

/** Options of {@link VirtualWorld.runUntil} and {@link VirtualWorld.runUntilIdle}. */
export interface RunOptions {
  /** Virtual milliseconds after which it gives up. Default: an hour. */
  readonly limitMs?: number
}

/**
 * A world of its own: hosts with a clock, randomness, a network and a store each, on virtual time. Time passes only
 * while `advance`, `runUntil` or `runUntilIdle` runs, and as fast as the computer can. Between two events everything
 * that follows from the first has run: callbacks, promises, deferred calls.
 *
 * What an event throws ends the run, which rejects with it.
 */
export class VirtualWorld {
  readonly #options: WorldOptions
  readonly #scheduler: Scheduler
  readonly #random: SeededRandom
  readonly #internet: Internet
  readonly #computers = new Map<string, Computer>()
  readonly #silentHosts = new Set<string>()
  #hosts = 0

  constructor(options: WorldOptions = {}) {
    this.#options = options
    const scheduler = new Scheduler(options.turnsPerMoment ?? TURNS_PER_MOMENT, options.onTrace)
    const random = new SeededRandom(options.seed ?? 1)
    this.#scheduler = scheduler
    this.#random = random
    this.#internet = new Internet({
      scheduler,
      policy: withSilence(options.links ?? fixedDelay(1), ({ to }) => this.#isSilent(to.host)),
      silentHosts: this.#silentHosts,
      context: {
        random: random.fork("links"),
        get now() {
          return scheduler.now
        },
      },
      windowBytes: options.windowBytes ?? WINDOW_BYTES,
      pool: new SlabPool(),
      copier: new Copier(),
    })
  }

  /** Virtual milliseconds since the beginning. */
  get now(): number {
    return this.#scheduler.now
  }

  /** Timers and bytes on the way: 0 when nothing can happen any more by itself. */
  get pendingEvents(): number {
    return this.#scheduler.pending
  }

  /** What programs hold on to: an entry for each host that is up and whose programs hold anything. */
  get holdings(): readonly Holdings[] {
    return [...this.#computers.values()].flatMap(({ site, tasks }): Holdings[] => {
      const held = { streams: site.streams.size, listeners: site.ports.size, tasks: tasks.running }
      const isNothing = site.isDown || Object.values(held).every((count) => count === 0)
      return isNothing ? [] : [{ host: site.name, ...held }]
    })
  }

  /** Adds a computer. Throws when its name or an address is taken, or is no IP address. */
  host(options: HostOptions): VirtualHost {
    const { name } = options
    this.#hosts++
    const asked =
      options.ip === undefined ? [this.#nextIp()] : typeof options.ip === "string" ? [options.ip] : options.ip
    const ips = asked.map((text) => {
      const ip = canonicalIp(text)
      if (ip === undefined)
        throw new Error(`${JSON.stringify(text)} is not an IP address; give ${name} one such as 10.0.0.1`)
      return ip
    })
    const site = new Site(name, ips)
    this.#internet.add(site)
    const start = (this.#options.startTime ?? START_TIME) + (options.clockOffsetMs ?? 0)
    return this.#boot(site, options, options.store ?? new MemoryStore(), start, 1)
  }

  /**
   * A host's power is cut: its connections are reset or fall silent, its timers are gone, nobody listens on its ports. Its
   * programs are told of nothing: what they wait for never comes, and what they ask of the world from now on is never
   * answered. Jobs of promises that are settled already still run, and change nothing. Does nothing when the host is down.
   */
  crash(host: VirtualHost, { silent = false }: CrashOptions = {}): void {
    const { site } = this.#computerOf(host)
    if (site.isDown) return
    if (this.#scheduler.isTraced) this.#scheduler.trace(`${site.name} crash${silent ? " silent" : ""}`)
    if (silent) this.#silentHosts.add(site.name)
    site.crash(silent ? "silent" : "reset")
    this.#scheduler.cancelAll(site)
  }

  /**
   * Starts a host that has crashed: with its name, addresses, wall clock and disk, without programs, and with
   * randomness of its own.
   *
   * @throws when it has not crashed, or was restarted already
   */
  restart(host: VirtualHost, { store }: RestartOptions = {}): VirtualHost {
    const before = this.#computerOf(host)
    const { name, ips } = host
    if (!before.site.isDown) throw new Error(`${name} is up: crash it before it is restarted`)
    const site = new Site(name, ips, before.site.ports.nextFree)
    this.#internet.replace(site)
    this.#silentHosts.delete(name)
    if (this.#scheduler.isTraced) this.#scheduler.trace(`${name} restart`)
    return this.#boot(site, before.options, store ?? before.store, host.clock.wallOffset, before.starts + 1)
  }

  #boot(site: Site, options: HostOptions, store: Store, wallStart: number, starts: number): VirtualHost {
    const { name } = site
    const scheduler = this.#scheduler
    const random = this.#random.fork("hosts").fork(name)
    const tasks = new TaskCounter()
    const host: VirtualHost = {
      name,
      tasks,
      ips: site.ips,
      clock: new VirtualClock(scheduler, site, { start: wallStart, driftPpm: options.clockDriftPpm ?? 0 }),
      random: starts === 1 ? random : random.fork(`start ${starts}`),
      network: new VirtualNetwork(this.#internet, site),
      store: new HostStore(store, site, scheduler),
      log: this.#options.log === undefined ? silentLog : logTo(this.#options.log).child(name),
    }
    this.#computers.set(name, { host, site, tasks, options, store, starts })
    return host
  }

  #isSilent(host: string | undefined): boolean {
    return this.#silentHosts.size > 0 && host !== undefined && this.#silentHosts.has(host)
  }

  #computerOf(host: VirtualHost): Computer {
    const computer = this.#computers.get(host.name)
    if (computer?.host !== host)
      throw new Error(`${host.name} is no host of this world, or was restarted: use what restart has returned`)
    return computer
  }

  /** Gives a name to addresses, for all hosts. */
  setName(name: string, ips: readonly string[]): void {
    this.#internet.setName(name, ips)
  }

  /** Lets so much virtual time pass, with all that happens in it. */
  async advance(ms: number): Promise<void> {
    const end = this.#scheduler.now + ms
    await this.#scheduler.run({ reached: () => false, limit: end })
    this.#scheduler.now = end
  }

  /**
   * Runs until a promise settles, and gives its value or rejects with its reason; or until a condition holds, which is
   * asked after every event.
   *
   * @throws {VirtualTimeError} `idle` when nothing is left that could settle it, `limit` when too much time has passed.
   */
  runUntil<T>(goal: PromiseLike<T>, options?: RunOptions): Promise<T>
  runUntil(goal: () => boolean, options?: RunOptions): Promise<void>
  async runUntil<T>(goal: PromiseLike<T> | (() => boolean), options: RunOptions = {}): Promise<T | void> {
    if (typeof goal === "function") return this.#runTo(goal, "the condition does not hold", options)
    let isSettled = false
    const settled = (): void => {
      isSettled = true
    }
    goal.then(settled, settled)
    await this.#runTo(() => isSettled, "the promise has not settled", options)
    return goal
  }

  /** Runs until nothing is left that could happen. Throws a {@link VirtualTimeError} `limit` when there is always something, such as a timer that sets itself again. */
  async runUntilIdle(options: RunOptions = {}): Promise<void> {
    const { limitMs = LIMIT_MS } = options
    const outcome = await this.#scheduler.run({ reached: () => false, limit: this.#scheduler.now + limitMs })
    if (outcome === "limit") throw this.#outOfTime("it is not idle", limitMs)
  }

  async #runTo(reached: () => boolean, otherwise: string, { limitMs = LIMIT_MS }: RunOptions): Promise<void> {
    const outcome = await this.#scheduler.run({ reached, limit: this.#scheduler.now + limitMs })
    if (outcome === "limit") throw this.#outOfTime(otherwise, limitMs)
    if (outcome === "idle") {
      throw new VirtualTimeError(
        "idle",
        `${otherwise}, and nothing is left that could change it: no timer is set and no bytes are on the way, at ${this.now} ms. Does it wait for something that never comes, or for the real world?`,
      )
    }
  }

  #outOfTime(otherwise: string, limitMs: number): VirtualTimeError {
    return new VirtualTimeError(
      "limit",
      `${otherwise} after ${limitMs} ms of virtual time; ${this.pendingEvents} events wait. Raise limitMs if it may take longer`,
    )
  }

  #nextIp(): string {
    const number = this.#hosts
    return `10.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`
  }
}

/** Makes a world. Two of them know nothing of each other. */
export function virtualWorld(options?: WorldOptions): VirtualWorld {
  return new VirtualWorld(options)
}
