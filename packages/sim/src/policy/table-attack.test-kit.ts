import type { Host } from "@dchat/net"
import { SeededRandom } from "@dchat/runtime/virtual"
import { TableNode, type Message, type Rule } from "./table-node.test-kit.ts"

/** UNIX seconds at the start of a virtual world. */
const START = 1_735_689_600
const HONEST_SOURCES = 8
const HONEST_AT_A_TIME = 20
const HONEST_NODES = 20_000
const HOSTILE_GROUPS = 16
const SLOTS = 8
/** For so long a slot waits for an address that does not answer, in seconds. */
const DIAL_S = 15
/** A share is what part of so many draws it is. */
const DRAWS = 800
/** Hours from one look at it to the next. */
const LOOK_EVERY_H = 12
const DRAWS_OF_SLOT = 250

/** An attack. */
export interface Attack {
  /** How many addresses the hostile peer sends each time that an honest one sends 20. */
  readonly rate: number
  /** What they are: IPv4 addresses in 16 netgroups, names of as many domains, or by turns both. Default: `"addresses"`. */
  readonly made?: "addresses" | "names" | "both"
  readonly hours: number
  /**
   * Seconds from one time to the next. Peers of a real node may send every 10 s. Longer steps take less time and change
   * little: both sides fill what they can within hours, after which nothing moves.
   */
  readonly stepS: number
  readonly seed: number
}

/** How an attack ended. */
export interface Outcome {
  /** The hostile share of the dial candidates: the greatest that was seen. */
  readonly share: number
  /** The chance that all outbound slots are hostile. */
  readonly allHostile: number
  /**
   * Minutes from a restart to the first honest connection, the longest of 1,000 restarts; `Infinity` for none within a
   * day.
   */
  readonly recoveryMin: number
}

/**
 * One hostile connection and eight honest ones talk to a node that knows nobody. The hostile one is always the first to
 * speak.
 */
export async function attack(rule: Rule, { rate, made = "addresses", hours, stepS, seed }: Attack): Promise<Outcome> {
  const node = await TableNode.of(rule, seed)
  const random = new SeededRandom(seed)
  const honest = Array.from({ length: HONEST_NODES }, () => honestAddress(random))
  let count = 0
  let share = 0
  const steps = (hours * 3600) / stepS
  for (let step = 1; step <= steps; step++) {
    const now = START + step * stepS
    const hostile = (): readonly [string, bigint] => [MAKERS[made](count++), BigInt(now + 31_536_000)]
    const messages: Message[] = [{ from: HOSTILE_PEER, addresses: Array.from({ length: rate }, hostile) }]
    for (let peer = 0; peer < HONEST_SOURCES; peer++) {
      const said = (): readonly [string, bigint] => [
        honest[random.integer(HONEST_NODES)] ?? "",
        BigInt(now - random.integer(3600)),
      ]
      messages.push({ from: `tcp://${60 + peer}.1.1.1:1/`, addresses: Array.from({ length: HONEST_AT_A_TIME }, said) })
    }
    await node.hear(messages, stepS)
    if (step % Math.floor((LOOK_EVERY_H * steps) / hours) === 0) share = Math.max(share, shareOf(node, DRAWS))
  }
  return { share, allHostile: chanceOfAll(node), recoveryMin: recovery(rule, share, random) }
}

/** Of none of the netgroups whose addresses it sends: so they are in as few buckets as can be, which is best for it. */
const HOSTILE_PEER = "tcp://44.0.0.1:1/"

function hostileIp(i: number): string {
  const host = Math.floor(i / HOSTILE_GROUPS)
  return `tcp://45.${i % HOSTILE_GROUPS}.${(host >> 8) & 255}.${host & 255}:${1 + (host >> 16)}/`
}

/** Nobody asks whether a domain is there. */
function hostileName(i: number): string {
  return `tcp://h.evil${i}.example:1/`
}

const MAKERS: Readonly<Record<NonNullable<Attack["made"]>, (i: number) => string>> = {
  addresses: hostileIp,
  names: hostileName,
  both: (i) => (i % 2 === 0 ? hostileIp : hostileName)(i >> 1),
}

function honestAddress(random: SeededRandom): string {
  const [a, b, c, d] = [random.integer(30), random.integer(250), random.integer(250), random.integer(250)]
  return `tcp://${60 + a}.${b}.${c}.${d}:9600/`
}

function isHostile({ url }: Host): boolean {
  return url.startsWith("tcp://45.") || url.includes("evil")
}

/** Of so many draws. */
function shareOf(node: TableNode, draws: number, taken: ReadonlySet<string> = new Set()): number {
  let hostile = 0
  for (let draw = 0; draw < draws; draw++) {
    const drawn = node.draw(taken)
    if (drawn !== undefined && isHostile(drawn)) hostile++
  }
  return hostile / draws
}

/** The chance that one slot after the other draws somebody hostile. */
function chanceOfAll(node: TableNode): number {
  const taken = new Set<string>()
  let chance = 1
  for (let slot = 0; slot < SLOTS && chance > 0; slot++) {
    chance *= shareOf(node, DRAWS_OF_SLOT, taken)
    for (let draw = 0; draw < DRAWS; draw++) {
      const drawn = node.draw(taken)
      if (drawn === undefined || !isHostile(drawn)) continue
      taken.add(drawn.group)
      break
    }
  }
  return chance
}

/**
 * Eight slots dial, anchors first; hostile addresses answer nobody, and of the honest ones, anchors included, every
 * second is gone.
 */
function recovery({ anchors }: Rule, hostileShare: number, random: SeededRandom): number {
  if (hostileShare === 1) return Infinity
  const isThere = (): boolean => random.integer(2) === 0
  let longest = 0
  for (let restart = 0; restart < 1000; restart++) {
    let [seconds, dials] = [0, 0]
    const answers = (): boolean => {
      if (dials++ < anchors) return isThere()
      return random.float() >= hostileShare && isThere()
    }
    while (seconds < 86_400 && !Array.from({ length: SLOTS }, answers).includes(true)) seconds += DIAL_S
    longest = Math.max(longest, seconds < 86_400 ? seconds + 1 : Infinity)
  }
  return longest / 60
}
