import { CancelScope, ManualResetEvent, TaskGroup, sleep } from "@dchat/task"
import { Choice } from "./choice.ts"
import type { Session, SessionContext } from "./context.ts"
import { PeerDiscovery } from "./discovery.ts"
import { Anchors } from "../hosts/anchors.ts"
import type { Attempt } from "./doubts.ts"
import { failureOf, isBusy, isNobodysFault } from "./failure.ts"
import { Missed } from "./missed.ts"
import { Retries } from "./retries.ts"
import { Rotation, type HeldSlot } from "./rotation.ts"
import type { SeedSession } from "./seed.ts"
import { SETTLED_MS, Slot } from "./slot.ts"

/** How often the anchors are written if they have changed, in milliseconds. */
const SAVE_EVERY_MS = 60_000

interface RunningSlot extends HeldSlot {
  readonly index: number
  readonly wake: ManualResetEvent
}

/** Keeps up a number of connections to hosts that it chooses itself (darkfi-net 6.3). */
export class OutboundSession implements Session {
  readonly #node: SessionContext
  readonly #retries: Retries
  readonly #missed: Missed
  readonly #choice: Choice
  readonly #discovery: PeerDiscovery
  readonly #rotation: Rotation
  #slots: RunningSlot[] = []
  #tasks: TaskGroup | undefined
  #anchors: Anchors | undefined
  /** Attempts to connect since the last one that was not in vain. */
  #inVain = 0

  constructor(node: SessionContext, seeds: SeedSession) {
    this.#node = node
    this.#retries = new Retries(node)
    this.#missed = new Missed(node.runtime.clock)
    this.#choice = new Choice({
      node,
      retries: this.#retries,
      missed: this.#missed,
      held: () => this.#slots.flatMap(({ slot }) => slot.address ?? []),
    })
    this.#discovery = new PeerDiscovery(node, seeds, () => this.#wakeAll())
    this.#rotation = new Rotation({
      node,
      full: () => (this.#slots.every(({ slot }) => slot.state === "connected") ? this.#slots : []),
      mayLeave: (address) => this.#choice.mayLeave(address),
      chooseMissed: () => this.#choice.missed(),
      chooseNamed: () => this.#choice.named(),
      choose: (random) => this.#choice.other(random),
      failed: (address, attempt, error) => this.#failed(address, attempt, error),
      starve: () => this.#discovery.request(),
      askSeeds: () => this.#discovery.requestSeeds(),
    })
  }

  /** For each slot the id of its channel, or 0. */
  get slots(): readonly number[] {
    return this.#slots.map(({ slot }) => slot.channelId)
  }

  async start(): Promise<void> {
    const { settings, runtime, hosts } = this.#node
    const { hostlist } = settings
    const { anchors: most, rotates } = hosts.policy
    if (settings.outboundConnections === 0) runtime.log.info("Not configured for making outbound connections.")
    const tasks = new TaskGroup({
      supervise: (error) => runtime.log.error("An outbound slot failed", { error }),
      observer: runtime.tasks,
    })
    this.#tasks = tasks
    void tasks.spawn((scope) => this.#discovery.run(scope))
    if (rotates) void tasks.spawn((scope) => this.#rotation.run(scope))
    void tasks.spawn(async (signal) => {
      for await (const _count of hosts.arrivals.subscribe({ capacity: 1, signal })) this.#wakeAll()
    })
    if (hostlist !== undefined && settings.outboundConnections > 0 && most > 0) {
      // As many of those who are here, and as many of those who are missed.
      const anchors = new Anchors(`${hostlist}.anchors`, runtime, rotates ? 2 * most : most)
      await anchors.load()
      if (tasks !== this.#tasks) return
      this.#anchors = anchors
      // Older than whoever comes now, and among themselves as the file has them.
      const now = runtime.clock.monotonic()
      for (const [i, url] of anchors.kept.entries()) this.#misses(url, now - anchors.kept.length + i)
      void tasks.spawn((scope) => this.#saveNowAndThen(anchors, scope))
    }
    this.resize()
  }

  async stop(): Promise<void> {
    const tasks = this.#tasks
    const anchors = this.#anchors
    this.#tasks = undefined
    this.#anchors = undefined
    const lasting = this.#lasting()
    tasks?.cancel()
    await tasks?.join()
    this.#slots = []
    this.#retries.releaseAll()
    await anchors?.save(lasting)
  }

  /** Makes the number of slots what the settings say. Empty ones go first; the channel of one that goes is closed. */
  resize(): void {
    const tasks = this.#tasks
    if (tasks === undefined) return
    const { outboundConnections: wanted } = this.#node.settings
    while (this.#slots.length > wanted) {
      const empty = this.#slots.findIndex(({ slot }) => slot.channelId === 0)
      const [gone] = this.#slots.splice(Math.max(empty, 0), 1)
      gone?.scope.cancel()
    }
    while (this.#slots.length < wanted) {
      const free = this.#slots.findIndex(({ index }, i) => index !== i)
      const index = free < 0 ? this.#slots.length : free
      this.#slots.splice(index, 0, this.#add(index, tasks))
    }
  }

  #add(index: number, tasks: TaskGroup): RunningSlot {
    const wake = new ManualResetEvent()
    const scope = new CancelScope(tasks.scope)
    const slot = new Slot({
      index,
      node: this.#node,
      choose: () => this.#choice.forSlot(this.#anchors, this.#inVain),
      starve: () => {
        this.#discovery.request()
        return this.#retries.releaseDue()
      },
      wake,
      connected: (address) => {
        this.#inVain = 0
        this.#anchors?.connected(address)
        return this.#missed.found(address)
      },
      failed: (address, attempt, error) => this.#failed(address, attempt, error),
      lostAtOnce: (address) => {
        this.#anchors?.failed(address)
        this.#postpone(address, true)
      },
      succeeded: (address) => this.#retries.succeeded(address),
      lost: (address, since) => {
        if (!scope.cancelled) this.#misses(address, since)
      },
    })
    void tasks.spawn(async () => {
      try {
        await slot.run(scope)
      } catch (error) {
        if (!scope.cancelled) throw error
      } finally {
        scope[Symbol.dispose]()
      }
    })
    return { index, slot, wake, scope }
  }

  /** A peer is lost. Where slots do not rotate nobody would look for it. */
  #misses(address: string, since: number): void {
    if (this.#node.hosts.policy.rotates) this.#missed.lost(address, since)
  }

  /** The peers that were the first to become ours: of those that are here, and of those that are missed. */
  #lasting(): string[] {
    const { anchors } = this.#node.hosts.policy
    const here = this.#slots
      .filter(({ slot }) => slot.connectedMs >= SETTLED_MS)
      .map(({ slot }): [string, number] => [slot.address ?? "", slot.since])
    const oldest = (peers: [string, number][]): [string, number][] => peers.toSorted(([, a], [, b]) => a - b)
    const both = [...oldest(here).slice(0, anchors), ...oldest(this.#missed.entries()).slice(0, anchors)]
    return oldest(both).map(([address]) => address)
  }

  async #saveNowAndThen(anchors: Anchors, signal: CancelScope): Promise<never> {
    for (;;) {
      await sleep(SAVE_EVERY_MS, { signal, clock: this.#node.runtime.clock })
      await anchors.save(this.#lasting())
    }
  }

  /** A host was dialled in vain. */
  #failed(address: string, attempt: Attempt, error: unknown): void {
    const { doubts, hosts, runtime } = this.#node
    const failure = failureOf(error)
    if (failure === undefined) runtime.log.error(`Connecting to ${address} failed`, { error })
    else runtime.log.debug(`No connection to ${address}: ${failure}`)
    if (isBusy(error)) return
    const lastSeen = hosts.lists.lastSeen(address)
    const isTold = doubts.failed(attempt, error, () => {
      // It may have answered since.
      if (hosts.lists.lastSeen(address) !== lastSeen) return
      if (!isNobodysFault(error)) hosts.fail(address)
      this.#anchors?.failed(address)
    })
    this.#postpone(address, isTold)
  }

  /** A host waits for its next turn, which comes soon if it may be us who are not there. */
  #postpone(address: string, isTold: boolean): void {
    this.#inVain++
    this.#retries.failed(address, isTold)
  }

  #wakeAll(): void {
    for (const { wake } of this.#slots) wake.set()
  }
}
