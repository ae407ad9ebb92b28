import {
  MemoryStore,
  Partition,
  VirtualTimeError,
  virtualWorld,
  type VirtualHost,
  type VirtualWorld,
} from "@dchat/runtime/virtual"
import { parseUrl } from "@dchat/wire"
import type { Adversary } from "./adversary/adversary.ts"
import { Journal } from "./journal.ts"
import { allJudges } from "./judge/all.ts"
import { Panel, type Finding, type JudgedNetwork } from "./judge/judge.ts"
import { AddressSpace } from "./network/addresses.ts"
import { Crowd } from "./network/crowd.ts"
import { networkLinks, type LinkMeter } from "./network/links.ts"
import { Owners, type Owner } from "./network/owners.ts"
import { drawPeers, type Topology } from "./network/topology.ts"
import { SimNode } from "./sim-node.ts"
import { policies } from "./policy/policies.ts"
import type { SimulationOptions } from "./options.ts"
import { APP_SETTINGS, MAGIC, settingsOf } from "./settings.ts"
import { SeedNodes } from "./network/seed-nodes.ts"
import { textOf } from "./text.ts"
import { Trace } from "./trace/trace.ts"

/** How far time goes before the caller may end the run, in milliseconds. Of a big network that is a second of real time. */
const BREATH_MS = 50
/** How often conditions are looked at, in milliseconds. */
const STEP_MS = 1000
/** How often judges look at a network throughout, in milliseconds. */
const INSPECTION_MS = 10_000
/** For so long it waits until all are connected, at most. */
const SETTLE_MS = 120_000
/** When all have stopped: longer than the last try of TCP on a connection that is silent. */
const AFTERMATH_MS = 1_000_000

/** A network of whole nodes in one process, on virtual time. Make one with `testnet` or `simulate`. */
export class Simulation implements JudgedNetwork {
  readonly world: VirtualWorld
  readonly seed: string
  /** The honest nodes. */
  readonly nodes: readonly SimNode[]
  /** What has happened. */
  readonly journal: Journal
  readonly #options: SimulationOptions
  readonly #partition: Partition
  readonly #meter: LinkMeter
  readonly #director: VirtualHost
  readonly #seeds: SeedNodes
  readonly #crowd: Crowd | undefined
  readonly #owners: Owners
  readonly #panel: Panel
  /** When those judges are asked next who look at the network throughout. */
  #inspection = Infinity

  constructor(options: SimulationOptions) {
    const { nodes: count, seed = 1 } = options
    if (!Number.isInteger(count) || count < 2 || count > 65_536)
      throw new RangeError(`${count} nodes: there must be 2 to 65,536`)
    this.#options = options
    this.seed = String(seed)
    this.#panel = new Panel(options.judges ?? allJudges)
    this.#partition = new Partition()
    const { links, meter } = networkLinks(options, this.#partition)
    this.#meter = meter
    const isWhole = options.trace?.whole === true
    this.world = virtualWorld({
      seed,
      links,
      log: {
        accepts: (level) => level === "error",
        write: ({ name, message, fields }) => this.#logged(name, `${message} ${textOf(fields["error"] ?? "")}`),
      },
      ...(isWhole && { onTrace: (what: string) => this.journal.trace.write({ event: "world", what }) }),
    })
    this.journal = new Journal(count, () => this.now, new Trace(() => this.now, options.trace))
    this.#owners = new Owners(this.world, this.journal)
    this.journal.trace.write({ event: "simulation", seed: this.seed, nodes: count })
    this.#director = this.world.host({ name: "director" })
    const topology: Topology = options.topology ?? { kind: "given" }
    const space = new AddressSpace("honest", options.netgroups ?? count + 16)
    this.#seeds = new SeedNodes(this.world, topology.kind === "found" ? (topology.seeds ?? 2) : 0, space)
    for (const { name, ip } of this.#seeds.hosts) this.#owners.add(name, [ip])
    if (options.crowd !== undefined) {
      this.#crowd = new Crowd(this.world, options.crowd, this.#director.random.fork("crowd"))
      this.#owners.add("crowd", this.#crowd.ips)
    }
    this.nodes = this.#makeNodes(topology, space)
  }

  /** Virtual milliseconds since the beginning. */
  get now(): number {
    return this.world.now
  }

  /** The SHA-256 of the trace so far: the same for the same seed and options. */
  get traceHash(): string {
    return this.journal.trace.hash
  }

  /** Bytes that were sent between hosts. */
  get bytes(): number {
    return this.#meter.bytes
  }

  get isPartitioned(): boolean {
    return !this.#partition.isHealed
  }

  /** What the judges have said so far. */
  get findings(): readonly Finding[] {
    return this.#panel.findings
  }

  /** Whether a host of that name is an adversary's. */
  isGuilty(name: string): boolean {
    return this.#owners.isGuilty(name)
  }

  /** A node by its index; counted from the end below 0. Throws if there is none. */
  node(index: number): SimNode {
    const node = this.nodes.at(index)
    if (node === undefined) throw new RangeError(`there is no node ${index}; there are ${this.nodes.length}`)
    return node
  }

  /** Who has an IP address. */
  ownerOf(ip: string): Owner {
    return this.#owners.of(ip)
  }

  /** Lets so many virtual minutes pass. */
  async run(minutes: number): Promise<void> {
    const end = this.now + minutes * 60_000
    while (this.now < end) {
      await this.world.advance(Math.min(BREATH_MS, end - this.now))
      if (this.now >= this.#inspection) this.#inspect()
      this.#options.onProgress?.(this.now)
    }
  }

  /** Lets time pass until a condition holds, which is looked at every second. Says whether it came to hold in time. */
  async until(condition: () => boolean, limitMinutes = 10): Promise<boolean> {
    const end = this.now + limitMinutes * 60_000
    while (!condition() && this.now < end) await this.run(STEP_MS / 60_000)
    return condition()
  }

  /** Does something at a moment from now, in the middle of a run. */
  after(minutes: number, action: () => void): void {
    this.#director.clock.setTimer(minutes * 60_000, action)
  }

  /** Does something again and again, `seconds` apart, until the end. The first time after so long. */
  every(seconds: number, action: () => void): void {
    const { clock } = this.#director
    const next = (): void => {
      clock.setTimer(seconds * 1000, next)
      action()
    }
    clock.setTimer(seconds * 1000, next)
  }

  /** Nodes of one group do not reach those of another, until `heal`. Replaces the partition before. */
  partition(...groups: readonly (readonly SimNode[])[]): void {
    this.#partition.split(...groups.map((nodes) => nodes.map(({ name }) => name)))
    this.journal.fault(`a partition into groups of ${groups.map((nodes) => nodes.length).join(" and ")}`)
  }

  heal(): void {
    if (!this.isPartitioned) return
    this.#partition.heal()
    this.journal.fault("the partition heals")
  }

  /** An adversary begins, now. */
  attack(adversary: Adversary): void {
    this.journal.fault(`${adversary.name} begins`)
    adversary.start({
      victims: this.nodes.filter(({ isBehindNat }) => !isBehindNat).map(({ url }) => socketOf(url)),
      magic: MAGIC,
      random: this.#director.random.fork(`${adversary.name} ${this.#owners.rented.length}`),
      rent: ({ addresses, netgroups }) => this.#owners.rent(addresses, netgroups),
    })
  }

  /** For `testnet`: boots all nodes, waits until they are connected, and lets the adversaries begin. */
  async start(): Promise<void> {
    await this.world.runUntil(this.#seeds.start())
    this.#crowd?.start()
    await this.world.runUntil(Promise.all(this.nodes.map((node) => node.boot())))
    const limit = this.now + SETTLE_MS
    while (!this.#isSettled() && this.now < limit) await this.run(STEP_MS / 60_000)
    for (const adversary of this.#options.adversaries ?? []) this.attack(adversary)
  }

  /** For `judged`: from now on judges look at the network every now and then. */
  beginJudging(): void {
    this.#inspection = this.now
  }

  /** Asks the judges, stops all nodes, and asks those who look at what is left. What they say is in `findings`. */
  async end(): Promise<void> {
    this.#panel.ask("throughout", this)
    this.#panel.ask("end", this)
    await this.stop().catch((error: unknown) => {
      // Somebody does not stop, who is named by a judge.
      if (!(error instanceof VirtualTimeError)) throw error
    })
    this.#panel.ask("stopped", this)
  }

  #inspect(): void {
    this.#panel.ask("throughout", this)
    this.#inspection = this.now + INSPECTION_MS
  }

  /** Stops all nodes and ends all that adversaries do. */
  async stop(): Promise<void> {
    this.#partition.heal()
    this.world.crash(this.#director)
    for (const host of this.#owners.rented) this.world.crash(host)
    const stopping = [...this.nodes.filter(({ isUp }) => isUp).map(({ p2p }) => p2p), ...this.#seeds.nodes]
    await this.world.runUntil(Promise.all(stopping.map((p2p) => p2p.stop())))
    await this.world.advance(AFTERMATH_MS)
  }

  #makeNodes(topology: Topology, space: AddressSpace): SimNode[] {
    const { nodes: count, natPercent = 0, clockSkewMs = 0, policy = "ours", setup } = this.#options
    const { addressPolicy, settings: rule } = policies[policy]
    const random = this.#director.random.fork("network")
    const dice = random.fork("nat")
    const isNat = Array.from({ length: count }, (_, index) => dice.integer(100) < natPercent && index > 0)
    const skews = random.fork("skew")
    const names = isNat.map((behind, index) => (behind ? `nat-${index}` : `node-${index}`))
    const ips = names.map(() => space.next())
    const urls = ips.map((ip) => `tcp://${ip}:9600/`)
    const peers =
      topology.kind === "given"
        ? drawPeers(count, topology.degree ?? 8, (index) => isNat[index] === false, random.fork("peers"))
        : []
    const context = {
      world: this.world,
      journal: this.journal,
      ownerOf: (ip: string) => this.ownerOf(ip),
      setup: (node: SimNode) => {
        this.#crowd?.introduce(node)
        setup?.(node)
      },
    }
    return names.map((name, index) => {
      const disk = new MemoryStore()
      const ip = ips[index] ?? ""
      const clockOffsetMs = clockSkewMs === 0 ? 0 : skews.integer(2 * clockSkewMs + 1) - clockSkewMs
      const host = this.world.host({ name, ip, store: disk, clockOffsetMs })
      this.#owners.add(name, [ip], index)
      const isBehindNat = isNat[index] === true
      const chosen = (peers[index] ?? []).map((peer) => urls[peer] ?? "")
      const settings = {
        ...APP_SETTINGS,
        ...settingsOf(topology, { url: urls[index] ?? "", isBehindNat, peers: chosen, seeds: this.#seeds.urls }),
        ...rule,
        ...this.#options.settings,
      }
      return new SimNode(context, { index, name, host, disk, settings, addressPolicy, isBehindNat })
    })
  }

  #isSettled(): boolean {
    return this.nodes.every(({ p2p, channels }) => {
      const { peers, outboundConnections } = p2p.settings
      const made = channels.filter(({ session }) => session !== "inbound").length
      return made >= peers.length + Math.min(outboundConnections, 1)
    })
  }

  #logged(name: string, text: string): void {
    if (!this.#owners.isGuilty(name.split(":")[0] ?? "")) this.journal.error(`${name}: ${text}`)
  }
}

function socketOf(url: string): { host: string; port: number } {
  const { host, port = 0 } = parseUrl(url)
  return { host, port }
}
