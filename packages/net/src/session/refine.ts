import { Semaphore, TaskGroup, checkpoint, sleep, type CancelScope } from "@dchat/task"
import { schemeOf } from "../hosts/answer.ts"
import { HostFile } from "../hosts/file.ts"
import type { Host } from "../hosts/lists.ts"
import { dialableSchemes } from "../hosts/mixing.ts"
import { dial } from "./bring-up.ts"
import type { Session, SessionContext } from "./context.ts"
import { failureOf, isNobodysFault } from "./failure.ts"

/** So many advertised addresses are probed at a time, and so many more wait. */
const PROBES_AT_ONCE = 16
const PROBES_WAITING = 64
/** An advertised address that does not answer is probed again after this pause, for so long, in milliseconds. */
const PROBE_PAUSE_MS = 500
const PROBE_FOR_MS = 10_000
/** How often a node that listens probes a proven host, in milliseconds. */
const LOOK_AGAIN_MS = 120_000
/** One probe in so many is for a host that was proven once and is lost. */
const LOST_EVERY = 4
/** How often the hosts are written to their file if they have changed, in milliseconds. */
const SAVE_EVERY_MS = 60_000

/**
 * Finds out which hosts that we have heard of are really there: short connections, of which the version exchange is all
 * (darkfi-net 6.6). Who answers is proven, and shared with others.
 *
 * A node that listens also probes what its visitors advertise, at once, since others wait for them. The reference leaves that
 * to the refinery, which takes one host every 15 s.
 */
export class RefineSession implements Session {
  readonly #node: SessionContext
  #tasks: TaskGroup | undefined
  #file: HostFile | undefined
  #draws = 0

  constructor(node: SessionContext) {
    this.#node = node
  }

  /** Returns when the hosts of the file, if there is one, are known. */
  async start(): Promise<void> {
    const { settings, runtime, hosts } = this.#node
    const tasks = new TaskGroup({
      supervise: (error) => runtime.log.error("Probing hosts failed", { error }),
      observer: runtime.tasks,
    })
    this.#tasks = tasks
    this.#file = settings.hostlist === undefined ? undefined : new HostFile(settings.hostlist, hosts, runtime)
    const file = this.#file
    if (file !== undefined) {
      await file.load()
      void tasks.spawn((scope) => this.#saveNowAndThen(file, scope))
    }
    void tasks.spawn((scope) => this.#refine(scope))
    void tasks.spawn((scope) => this.#node.doubts.run(scope))
    if (settings.inboundAddrs.length === 0) return
    void tasks.spawn((scope) => this.#probeAdvertised(tasks, scope))
    void tasks.spawn((scope) => this.#lookAgain(scope))
  }

  /** Saves the hosts as they are now: whoever is connected is worth remembering as such, so other sessions are stopped later. */
  async stop(): Promise<void> {
    const tasks = this.#tasks
    this.#tasks = undefined
    tasks?.cancel()
    await Promise.all([this.#file?.save(), tasks?.join()])
  }

  async #saveNowAndThen(file: HostFile, signal: CancelScope): Promise<never> {
    for (;;) {
      await sleep(SAVE_EVERY_MS, { signal, clock: this.#node.runtime.clock })
      await file.save()
    }
  }

  /** The refinery: one unproven host after the other. */
  async #refine(signal: CancelScope): Promise<never> {
    const { channels, hosts, settings, runtime } = this.#node
    for (;;) {
      await sleep(settings.greylistRefineryInterval * 1000, { signal, clock: runtime.clock })
      hosts.liftOldBans()
      await this.#settleContest(signal)
      const url = this.#drawGrey()
      // Without any connection it may well be us who are not there.
      if (url === undefined || channels.idleMs >= settings.timeWithNoConnections * 1000) continue
      await this.#judge(url, signal, () => hosts.lists.unanswered(url))
    }
  }

  /** Whether a proven host whose place another one could take is still there. */
  async #settleContest(signal: CancelScope): Promise<void> {
    const { channels, hosts, settings } = this.#node
    if (channels.idleMs >= settings.timeWithNoConnections * 1000) return
    const incumbent = hosts.contested((url) => this.#canProbe(url))
    if (incumbent !== undefined) await this.#judge(incumbent, signal, () => hosts.demote(incumbent))
  }

  /** Whether those whom we tell others of are still there. */
  async #lookAgain(signal: CancelScope): Promise<never> {
    const { channels, hosts, settings, runtime } = this.#node
    for (;;) {
      await sleep(LOOK_AGAIN_MS, { signal, clock: runtime.clock })
      if (channels.idleMs >= settings.timeWithNoConnections * 1000) continue
      const stalest = hosts.lists.stalest((url) => this.#canProbe(url))
      if (stalest !== undefined) await this.#judge(stalest, signal, () => hosts.demote(stalest))
    }
  }

  #canProbe(url: string): boolean {
    const { hosts, settings } = this.#node
    return dialableSchemes(settings).includes(schemeOf(url)) && hosts.may(url, "refine")
  }

  #drawGrey(): string | undefined {
    const { hosts, runtime } = this.#node
    const draw = (accept: (host: Host) => boolean): string | undefined =>
      hosts.lists.spread("grey", 1, (host) => accept(host) && this.#canProbe(host.url), runtime.random)[0]?.url
    const isTurnOfLost = this.#draws++ % LOST_EVERY === LOST_EVERY - 1
    return draw(({ provenAt }) => provenAt > -Infinity === isTurnOfLost) ?? draw(() => true)
  }

  async #probeAdvertised(tasks: TaskGroup, signal: CancelScope): Promise<void> {
    const { advertised } = this.#node
    const places = new Semaphore(PROBES_AT_ONCE)
    const waiting = advertised.subscribe({ capacity: PROBES_WAITING, overflow: "drop-newest", signal })
    for await (const url of waiting) {
      const place = await places.acquire({ signal })
      void tasks.spawn((scope) => this.#probeUntilThere(url, scope).finally(() => place.release()))
    }
  }

  async #probeUntilThere(url: string, signal: CancelScope): Promise<void> {
    const { hosts, runtime } = this.#node
    const { clock } = runtime
    const end = clock.monotonic() + PROBE_FOR_MS
    while (hosts.lists.has("grey", url) && (await this.#probe(url, signal)) === false) {
      if (clock.monotonic() + PROBE_PAUSE_MS > end) return
      await sleep(PROBE_PAUSE_MS, { signal, clock })
    }
  }

  /** Probes a host, and condemns it if it does not answer, unless it may be us who are not there. */
  async #judge(url: string, signal: CancelScope, condemn: () => void): Promise<void> {
    const { doubts, hosts } = this.#node
    const attempt = doubts.begin()
    const lastSeen = hosts.lists.lastSeen(url)
    if ((await this.#probe(url, signal)) !== false) return
    doubts.failed(attempt, undefined, () => {
      // It may have answered since.
      if (hosts.lists.lastSeen(url) === lastSeen) condemn()
    })
  }

  /** Whether a host is there; undefined if something else is being done with it, or if no proxy of ours leads to it. */
  async #probe(url: string, signal: CancelScope): Promise<boolean | undefined> {
    const { hosts, runtime } = this.#node
    if (!hosts.may(url, "refine")) return undefined
    try {
      const channel = await dial(url, "refine", this.#node, { signal })
      await channel.stop()
      hosts.confirm(url)
      return true
    } catch (error) {
      checkpoint(signal)
      const failure = failureOf(error)
      if (failure === undefined) throw error
      runtime.log.debug(`${url} does not answer: ${failure}`)
      return isNobodysFault(error) ? undefined : false
    }
  }
}
