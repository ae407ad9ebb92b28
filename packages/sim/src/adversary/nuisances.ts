import type { ByteStream } from "@dchat/runtime"
import { blob } from "@dchat/wire"
import type { VirtualHost } from "@dchat/runtime/virtual"
import { FloodMsg } from "../app/messages.ts"
import type { Adversary, AdversaryContext, Victim } from "./adversary.ts"
import { drawSome } from "../draw.ts"
import { EvilPeer, pester, receive, type Manners } from "./evil-peer.ts"
import { ADDR, GETADDR, packet, PING } from "./words.ts"

/** Options that all of these have. */
export interface NuisanceOptions {
  /** How many victims each has, drawn at random. Default 8. */
  readonly victims?: number
}

const PORT = 9600
const YEAR_S = 31_536_000

/** Says addresses that nobody has, 200 every two seconds. */
export function addressFlooder(options: NuisanceOptions = {}): Adversary {
  const made = ({ random, host }: Evil): [string, bigint] => {
    const [a, b, c] = [random.integer(60), random.integer(250), random.integer(250)]
    return [`tcp://${60 + a}.${b}.${c}.9:9600/`, BigInt(Math.floor(host.clock.now() / 1000))]
  }
  return nuisance("an address flooder", options, (evil) =>
    polite(evil, (peer) =>
      peer.every(2000, () => peer.say(ADDR, { addrs: Array.from({ length: 200 }, () => made(evil)) })),
    ),
  )
}

/** Takes part like anybody, and passes nothing on. */
export function silentDropper(options: NuisanceOptions = {}): Adversary {
  return nuisance("a silent dropper", options, (evil) => polite(evil, () => {}))
}

/**
 * Dials and takes connections, introduces itself as it should, asks for addresses and pongs, one each per second, and reads
 * nothing from then on.
 */
export function nonReader(options: NuisanceOptions = {}): Adversary {
  return nuisance("a peer that does not read", options, (evil) => {
    const own = (ip: string): string => `tcp://${ip}:${PORT}/`
    const introduced = (peer: EvilPeer): void => {
      peer.stopReading()
      peer.say(ADDR, { addrs: [[own(peer.ip), BigInt(Math.floor(evil.host.clock.now() / 1000))]] })
      const ask = (): void => {
        peer.say(GETADDR, { max: 0xffff_ffff, transports: ["tcp", "tcp+tls"] })
        peer.say(PING, { nonce: evil.random.integer(0x1_0000) })
      }
      ask()
      peer.every(1000, ask)
    }
    const manners: Manners = { magic: evil.context.magic, advertised: (ip) => [own(ip)], introduced }
    void receive(evil.host, PORT, manners)
    return (stream) => EvilPeer.on(evil.host, stream, manners)
  })
}

/** Introduces itself a byte at a time, one every five seconds. */
export function slowloris(options: NuisanceOptions = {}): Adversary {
  return nuisance("a slowloris", options, ({ context, host }) => (stream) => {
    const hello = packet(context.magic, PING, { nonce: 1 })
    stream.readInto({ data: () => {}, end: () => void stream.close(), close: () => {} })
    const drip = (at: number): void => {
      stream.write(hello.subarray(at, at + 1))
      if (at + 1 < hello.length) host.clock.setTimer(5000, () => drip(at + 1))
    }
    drip(0)
  })
}

/** Says random bytes: at once, or when it has introduced itself, as they are or as the payload of a command that nobody knows. */
export function garbageSpeaker(options: NuisanceOptions = {}): Adversary {
  return nuisance("a garbage speaker", options, (evil) => (stream) => {
    const garbage = (): Uint8Array => evil.random.bytes(1 + evil.random.integer(2000))
    const kind = evil.random.integer(3)
    if (kind === 0) {
      stream.readInto({ data: () => {}, end: () => void stream.close(), close: () => {} })
      stream.write(garbage())
    } else {
      polite(evil, (peer) => {
        if (kind === 1) peer.sayBytes(garbage())
        else peer.say({ command: "garbage", codec: blob }, garbage())
      })(stream)
    }
  })
}

/** Says times that are a year off, this way or that, of itself and of others. */
export function lyingClock(options: NuisanceOptions = {}): Adversary {
  return nuisance("a lying clock", options, (evil) => {
    const lie = (): bigint => {
      const now = Math.floor(evil.host.clock.now() / 1000)
      return BigInt(now + (evil.random.integer(2) === 0 ? YEAR_S : -YEAR_S))
    }
    const known = (max: number): [string, bigint][] =>
      drawSome(evil.context.victims, max, evil.random).map(({ host, port }) => [`tcp://${host}:${port}/`, lie()])
    return polite(evil, (peer) => peer.every(30_000, () => peer.say(ADDR, { addrs: known(10) })), {
      time: lie,
      addresses: known,
    })
  })
}

/** Floods messages of its own, 100 a second to each victim, by default two. */
export function spammer(options: NuisanceOptions = { victims: 2 }): Adversary {
  let made = 0
  return nuisance("a spammer", options, (evil) =>
    polite(evil, (peer) =>
      peer.every(100, () => {
        for (let each = 0; each < 10; each++) {
          const id = `spam ${made++} of ${evil.host.name}`
          peer.say(FloodMsg, { id, text: id })
        }
      }),
    ),
  )
}

/** What a nuisance has at hand. */
interface Evil {
  readonly context: AdversaryContext
  readonly host: VirtualHost
  readonly random: AdversaryContext["random"]
}

/** A computer with one address that has so many victims, and does the same to each. */
function nuisance(
  name: string,
  { victims: count = 8 }: NuisanceOptions,
  make: (evil: Evil) => (stream: ByteStream) => unknown,
): Adversary {
  return {
    name,
    start(context) {
      const host = context.rent({ addresses: 1, netgroups: 64 })
      const { random } = context
      const serve = make({ context, host, random })
      const victims: readonly Victim[] = drawSome(context.victims, count, random)
      for (const victim of victims) pester(host, host.ips[0] ?? "", victim, serve)
    },
  }
}

/** Introduces itself as it should, then does this. */
function polite(
  { context, host }: Evil,
  introduced: (peer: EvilPeer) => void,
  manners: Partial<Manners> = {},
): (stream: ByteStream) => unknown {
  return (stream) => EvilPeer.on(host, stream, { magic: context.magic, introduced, ...manners })
}
