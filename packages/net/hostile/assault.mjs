// Hostile clients, many at a time: each attack again and again until it is over, from addresses of its own.
import { ATTACKS } from "./attacks.mjs"

/**
 * @typedef {object} Line One connection, as a hostile client has it.
 * @property {(bytes: Uint8Array) => void} say
 * @property {() => number} heard How many bytes have come.
 * @property {() => void} stopReading
 * @property {() => void} readAgain
 * @property {() => void} hangUp
 * @property {() => void} reset Breaks the connection, without a goodbye.
 * @property {Promise<void>} closed Settles when the connection is gone, or the other side will say nothing more.
 * @property {() => boolean} isClosed
 */

/** How a client dials: plainly, plainly at the port for TLS, or with TLS and a certificate that may be false. */
/** @typedef {"tcp" | "plain at tls" | "tls" | "no certificate" | "wrong name" | "wrong key"} How */

/**
 * @typedef {object} Field Where hostile clients are: on real sockets or in a virtual world.
 * @property {(from: string, how: How) => Promise<Line>} dial Rejects if there is no connection.
 * @property {(at: string, onLine: (line: Line) => void) => Promise<string>} listen Gives the URL.
 * @property {(ms: number) => Promise<void>} sleep Ends early when it is over.
 * @property {() => number} now Milliseconds, of a clock that does not go back.
 * @property {(bound: number) => number} random
 * @property {import("./words.mjs").Words} words
 * @property {Uint8Array} [clientHello] The first thing that a TLS client says; without it there are no attacks on TLS.
 * @property {number} crowd What the numbers of clients at a time are multiplied with.
 * @property {number} pace What the time from one wave of clients to the next is multiplied with.
 * @property {() => boolean} isOver
 */

/**
 * @typedef {object} Tally What came of an attack.
 * @property {string} name
 * @property {import("./attacks.mjs").Outcome} outcome What was to come of it.
 * @property {number} attempts
 * @property {number} closed By the node.
 * @property {number} kept So long as the client cared.
 * @property {number} left By the client, who did not look.
 * @property {number} refused There was no connection; or it was gone before the node had heard of it; or the client was so
 *   late that the node may have given it up.
 * @property {string[]} guilty Where from the node was told what it bans for, and hung up.
 * @property {string[]} wrong What did not come as it should; no more than a few.
 */

const MOST_WRONG = 5
/** A client that was held up for so long between its dial and its first word proves nothing. */
const HELD_UP_MS = 3000
/** Who did not read, or was held up, looks for the end for so long. */
const PARTING_MS = 3000

/**
 * Plays all attacks at once until it is over. What still goes on then is left as it is, so that the node has something to
 * stop.
 *
 * @param {Field} field
 * @returns {Promise<Tally[]>}
 */
export function assault(field) {
  return Promise.all(
    ATTACKS.map((attack, index) => {
      if (attack.how !== "tcp" && field.clientHello === undefined) return undefined
      return wage(attack, index, field)
    }).filter((tally) => tally !== undefined),
  )
}

/** The n-th address of an attack. @param {number} index @param {number} n */
export function addressOf(index, n) {
  return `127.${20 + index}.${Math.floor(n / 250) % 250}.${1 + (n % 250)}`
}

/** The attack that an address belongs to. @param {string} host */
export function attackOf(host) {
  const [, second = ""] = /^127\.(\d+)\./.exec(host) ?? []
  return ATTACKS[Number(second) - 20]
}

/** @param {import("./attacks.mjs").Attack} attack @param {number} index @param {Field} field */
async function wage(attack, index, field) {
  /** @type {Tally} */
  const tally = {
    name: attack.name,
    outcome: attack.outcome,
    attempts: 0,
    closed: 0,
    kept: 0,
    left: 0,
    refused: 0,
    guilty: [],
    wrong: [],
  }
  const atOnce = Math.max(1, Math.round(attack.atOnce * field.crowd))
  let clients = 0
  const everyMs = attack.everyMs * field.pace
  await field.sleep(field.random(Math.min(everyMs, 2000)))
  while (!field.isOver()) {
    for (let i = 0; i < atOnce; i += 1) {
      const from = addressOf(index, clients % (attack.addresses ?? Infinity))
      clients += 1
      void attempt(attack, from, field, tally)
    }
    await field.sleep(everyMs)
  }
  return tally
}

/** @param {import("./attacks.mjs").Attack} attack @param {string} from @param {Field} field @param {Tally} tally */
async function attempt(attack, from, field, tally) {
  tally.attempts += 1
  const { how, outcome, patienceMs = 20_000 } = attack
  const startedAt = field.now()
  let line
  try {
    line = await field.dial(from, how)
  } catch {
    tally.refused += 1
    return
  }
  if (field.now() - startedAt > HELD_UP_MS && outcome !== "any") {
    tally.refused += 1
    line.hangUp()
    return
  }
  const note = (/** @type {string} */ text) => {
    if (tally.wrong.length < MOST_WRONG) tally.wrong.push(`${from}: ${text}`)
  }
  try {
    await attack.play(line, { ...field, from, again: () => field.dial(from, how) })
  } catch (error) {
    note(error instanceof Error ? error.message : String(error))
  }
  if (outcome === "any") {
    tally.left += 1
    line.hangUp()
    return
  }
  await Promise.race([line.closed, field.sleep(patienceMs)])
  // Who does not read does not see the end either.
  line.readAgain()
  if (outcome !== "kept") await Promise.race([line.closed, field.sleep(PARTING_MS)])
  if (line.isClosed()) {
    if (outcome === "banned") {
      // A node greets whoever it takes in. The system itself drops connections when too many come at once.
      if (how === "tcp" && line.heard() === 0) {
        tally.refused += 1
        return
      }
      tally.guilty.push(from)
    }
    tally.closed += 1
    if (outcome === "kept") note("was not kept")
    line.hangUp()
    return
  }
  if (field.isOver()) return
  tally.kept += 1
  if (outcome !== "kept") note("was not closed")
  line.hangUp()
}
