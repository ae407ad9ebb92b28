// What hostile peers do, and what a node does about it (darkfi-net 2.4, 4.5, 4.6, 13).
import { joined } from "./words.mjs"

/** @typedef {import("./assault.mjs").Line} Line */
/** @typedef {import("./assault.mjs").Field & { from: string, again: () => Promise<Line> }} Stage */

/**
 * What a node does about a hostile connection: hangs up and bans the host; hangs up; keeps it; or whatever, since the client
 * leaves by itself.
 *
 * @typedef {"banned" | "closed" | "kept" | "any"} Outcome
 */

/**
 * @typedef {object} Attack
 * @property {string} name
 * @property {import("./assault.mjs").How} how
 * @property {Outcome} outcome
 * @property {boolean} [mayBeBanned] Whether a ban is no mistake, although it need not come to one.
 * @property {number} everyMs
 * @property {number} atOnce So many clients each time.
 * @property {number} [addresses] From so many addresses, in turn. Default: from a new one each time.
 * @property {number} [patienceMs] How long a client waits to be hung up on, after it has had its say. Default 20 s.
 * @property {(line: Line, stage: Stage) => Promise<void> | void} play
 */

/** A node says no to words that it does not like at once; on a machine with too much to do that is some seconds. */
const AT_ONCE_MS = 15_000

/** @param {string} name @param {Outcome} outcome @param {(words: import("./words.mjs").Words) => Uint8Array} bytes @returns {Attack} */
function saying(name, outcome, bytes) {
  const play = (/** @type {Line} */ line, /** @type {Stage} */ { words }) => line.say(bytes(words))
  return { name, how: "tcp", outcome, everyMs: 1200, atOnce: 1, patienceMs: AT_ONCE_MS, play }
}

/** The same, from a peer that has introduced itself. @type {typeof saying} */
function peerSaying(name, outcome, bytes) {
  const play = (/** @type {Line} */ line, /** @type {Stage} */ { words }) => {
    line.say(words.introduction())
    line.say(bytes(words))
  }
  return { ...saying(name, outcome, bytes), play }
}

/** One byte a second. @param {Line} line @param {Stage} stage @param {Uint8Array} bytes */
async function drip(line, stage, bytes) {
  for (const byte of bytes) {
    if (line.isClosed() || stage.isOver()) return
    line.say(Uint8Array.of(byte))
    await stage.sleep(1000)
  }
}

/** @type {readonly Attack[]} */
const WORDS = [
  { ...saying("garbage", "closed", ({ garbage }) => garbage(3000)), everyMs: 250 },
  saying("wrong magic", "closed", ({ wrongMagic }) => wrongMagic),
  saying("length of 2^62", "banned", ({ oversize }) => oversize),
  peerSaying("one byte too long", "banned", ({ slightlyTooLong }) => slightlyTooLong),
  peerSaying("too many transports", "banned", ({ getAddrOfManyTransports }) => getAddrOfManyTransports),
  saying("unknown command, at once", "banned", ({ unknownCommand }) => unknownCommand),
  peerSaying("unknown command", "banned", ({ unknownCommand }) => unknownCommand),
  saying("empty command", "banned", ({ emptyCommand }) => emptyCommand),
  saying("command of 256 bytes", "banned", ({ longCommand }) => longCommand),
  saying("command not UTF-8", "closed", ({ commandOfAnotherText }) => commandOfAnotherText),
  saying("non-minimal command length", "closed", ({ nonMinimalCommandLength }) => nonMinimalCommandLength),
  saying("non-minimal payload length", "banned", ({ nonMinimalPayloadLength }) => nonMinimalPayloadLength),
  saying("undecodable payload", "banned", ({ undecodable }) => undecodable),
  peerSaying("a long non-ASCII http host in addr", "banned", ({ longName }) => longName()),
  peerSaying("surplus bytes", "closed", ({ surplus }) => surplus),
  saying("another application", "closed", ({ wrongVersion }) => wrongVersion),
  peerSaying("wrong pong", "closed", ({ wrongPong }) => wrongPong),
  saying("32 x version", "banned", ({ tooMany }) => tooMany.version),
  saying("32 x verack", "banned", ({ tooMany }) => tooMany.verack),
  peerSaying("32 x ping", "banned", ({ tooMany }) => tooMany.ping),
  peerSaying("32 x pong", "banned", ({ tooMany }) => tooMany.pong),
  peerSaying("32 x getaddr", "banned", ({ tooMany }) => tooMany.getaddr),
  peerSaying("32 x addr", "banned", ({ tooMany }) => tooMany.addr),
  {
    ...saying("banned, and back", "banned", ({ unknownCommand }) => unknownCommand),
    async play(line, { words, again }) {
      line.say(words.unknownCommand)
      await line.closed
      const second = await again()
      second.say(words.version)
      await second.closed
      if (second.heard() > 0) throw new Error("was banned, and is spoken to")
    },
  },
]

/** @type {readonly Attack[]} */
const MANNERS = [
  {
    name: "a byte a second, version",
    how: "tcp",
    outcome: "closed",
    everyMs: 20_000,
    atOnce: 250,
    addresses: 5000,
    play: (line, stage) => drip(line, stage, stage.words.version),
  },
  {
    name: "a byte a second, 1 MiB of chat",
    how: "tcp",
    outcome: "closed",
    everyMs: 20_000,
    atOnce: 250,
    addresses: 5000,
    play(line, stage) {
      line.say(stage.words.introduction())
      return drip(line, stage, stage.words.chat(2 ** 20).subarray(0, 60))
    },
  },
  {
    name: "connect and close, all at once",
    how: "tcp",
    outcome: "any",
    everyMs: 15_000,
    atOnce: 2048,
    addresses: 2048,
    play: (_line, { sleep }) => sleep(500),
  },
  {
    name: "reset",
    how: "tcp",
    outcome: "any",
    everyMs: 2000,
    atOnce: 200,
    addresses: 5000,
    async play(line, { words, random, sleep }) {
      if (random(2) === 0) line.say(words.introduction())
      if (random(2) === 0) await sleep(random(100))
      line.reset()
    },
  },
  {
    name: "silence",
    how: "tcp",
    outcome: "closed",
    everyMs: 12_000,
    atOnce: 100,
    addresses: 5000,
    play() {},
  },
  {
    name: "no pong",
    how: "tcp",
    outcome: "closed",
    everyMs: 5000,
    atOnce: 10,
    addresses: 5000,
    play: (line, { words }) => line.say(words.introduction()),
  },
  {
    name: "asks and never reads",
    how: "tcp",
    outcome: "closed",
    everyMs: 10_000,
    atOnce: 20,
    addresses: 5000,
    play(line, { words }) {
      line.stopReading()
      line.say(words.introduction())
      line.say(words.questions)
    },
  },
  {
    name: "flood of addresses from the future",
    how: "tcp",
    outcome: "kept",
    everyMs: 1000,
    atOnce: 1,
    addresses: 5000,
    patienceMs: 4000,
    async play(line, { words, sleep }) {
      line.say(words.introduction([], 2n ** 64n - 1n))
      for (let i = 0; i < 5; i += 1) {
        line.say(words.flood())
        await sleep(200)
      }
    },
  },
  {
    name: "flood of chat",
    how: "tcp",
    outcome: "any",
    everyMs: 5000,
    atOnce: 2,
    addresses: 5000,
    async play(line, { words, sleep, isOver }) {
      line.say(words.introduction())
      line.say(words.chat(2 ** 20))
      const chunk = joined(Array.from({ length: 200 }, () => words.chat(60)))
      for (let i = 0; i < 40 && !isOver() && !line.isClosed(); i += 1) {
        line.say(chunk)
        await sleep(50)
      }
    },
  },
  {
    name: "false friend: dialled, it turns",
    how: "tcp",
    outcome: "any",
    mayBeBanned: true,
    everyMs: 4000,
    atOnce: 1,
    async play(line, { words, sleep, random, listen, from }) {
      const manner = random(4)
      const way = await listen(from, (accepted) => {
        if (manner === 0) return
        if (manner === 1) accepted.hangUp()
        else accepted.say(words.introduction())
        if (manner === 2) void sleep(500).then(() => accepted.say(words.garbage(100)))
      })
      line.say(words.introduction([way]))
      line.say(words.ownAddress(way))
      await sleep(3000)
    },
  },
]

/** @type {readonly Attack[]} */
const ON_TLS = [
  {
    name: "TLS: silence",
    how: "plain at tls",
    outcome: "closed",
    everyMs: 12_000,
    atOnce: 100,
    addresses: 5000,
    play() {},
  },
  {
    name: "TLS: half a greeting",
    how: "plain at tls",
    outcome: "closed",
    everyMs: 12_000,
    atOnce: 50,
    addresses: 5000,
    play: (line, { clientHello }) => line.say(clientHello?.subarray(0, clientHello.length / 2) ?? new Uint8Array()),
  },
  {
    name: "TLS: a greeting, and no more",
    how: "plain at tls",
    outcome: "closed",
    everyMs: 12_000,
    atOnce: 50,
    addresses: 5000,
    play: (line, { clientHello }) => line.say(clientHello ?? new Uint8Array()),
  },
  { ...saying("TLS: garbage", "closed", ({ garbage }) => garbage(3000)), how: "plain at tls" },
  { ...saying("TLS: no certificate", "closed", ({ version }) => version), how: "no certificate" },
  { ...saying("TLS: another name", "closed", ({ version }) => version), how: "wrong name" },
  { ...saying("TLS: another kind of key", "closed", ({ version }) => version), how: "wrong key" },
  { ...peerSaying("TLS: unknown command", "banned", ({ unknownCommand }) => unknownCommand), how: "tls" },
  {
    name: "TLS: no pong",
    how: "tls",
    outcome: "closed",
    everyMs: 5000,
    atOnce: 5,
    addresses: 5000,
    play: (line, { words }) => line.say(words.introduction()),
  },
]

/** All of them; the second number of an address, less 20, is the place in this list. */
export const ATTACKS = [...WORDS, ...MANNERS, ...ON_TLS]
