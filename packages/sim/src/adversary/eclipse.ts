import type { Adversary } from "./adversary.ts"
import { drawSome } from "../draw.ts"
import { EvilPeer, pester, receive, type Manners } from "./evil-peer.ts"
import { ADDR } from "./words.ts"

const PORT = 9600
/** Addresses in one message. */
const AT_A_TIME = 100
const YEAR_S = 31_536_000n

/** Options of {@link eclipse}. */
export interface EclipseOptions {
  /** How many addresses the attacker has; each takes connections. Default 256. */
  readonly addresses?: number
  /** In how many netgroups. Default 16. */
  readonly netgroups?: number
  /** How many connections it makes to each node. Default 2. */
  readonly connections?: number
  /** How often it says 100 of its addresses unasked, in milliseconds. Default 60,000. */
  readonly everyMs?: number
}

/**
 * Wants to be all the peers that a node has: takes inbound places, fills the host lists with its own addresses, seen a
 * year from now, welcomes whoever dials them, and swallows all messages.
 */
export function eclipse({
  addresses = 256,
  netgroups = 16,
  connections = 2,
  everyMs = 60_000,
}: EclipseOptions = {}): Adversary {
  return {
    name: `an eclipse attacker with ${addresses} addresses in ${netgroups} netgroups`,
    start({ rent, victims, magic, random }) {
      const host = rent({ addresses, netgroups })
      const own = (max: number): [string, bigint][] => {
        const seen = BigInt(Math.floor(host.clock.now() / 1000)) + YEAR_S
        return drawSome(host.ips, max, random).map((ip) => [`tcp://${ip}:${PORT}/`, seen])
      }
      const manners: Manners = {
        magic,
        addresses: (max) => own(Math.min(2 * max, 500)),
        advertised: (ip) => [`tcp://${ip}:${PORT}/`],
      }
      void receive(host, PORT, manners)
      const advertise = (peer: EvilPeer): void => {
        const say = (): void => peer.say(ADDR, { addrs: own(AT_A_TIME) })
        say()
        peer.every(everyMs, say)
      }
      for (const victim of victims)
        for (const ip of drawSome(host.ips, connections, random))
          pester(host, ip, victim, (stream) => EvilPeer.on(host, stream, { ...manners, introduced: advertise }))
    },
  }
}
