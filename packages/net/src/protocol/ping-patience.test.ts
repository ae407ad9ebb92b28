import fc from "fast-check"
import { expect, test } from "vitest"
import type { Progress } from "../channel/progress.ts"
import { LEAST_RATE, LONGEST_MS, PingPatience } from "./ping-patience.ts"

const TIMEOUT_MS = 15_000
const MIB = 2 ** 20
const NOTHING: Progress = { received: 0, sent: 0, ahead: 12 }

/** How long is waited for a pong that never comes, while `at` says how far everything has come after so many milliseconds. */
function waitOf(at: (ms: number) => Progress, { timeoutMs = TIMEOUT_MS, arrived = 0 } = {}): number {
  const patience = new PingPatience(timeoutMs, arrived, at(0))
  let waited = patience.firstMs
  for (let more; (more = patience.next(at(waited))) !== undefined; waited += more) expect(more).toBeGreaterThan(0)
  return waited
}

test("a silent peer has the time of the settings, and no more", () => {
  fc.assert(
    // As much as this is on its way within that time even on a line of 16 kB/s.
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.nat(14 * 15_000), fc.nat(40_000), (timeoutMs, sent, ahead) => {
      const atLeast = Math.max(timeoutMs, 15_000)
      expect(waitOf(() => ({ received: 7, sent, ahead }), { timeoutMs: atLeast })).toBe(atLeast)
    }),
  )
})

test("a silent peer for whom much was under way has at most 75 s", () => {
  fc.assert(
    fc.property(fc.nat(100 * MIB), fc.nat(100 * MIB), (sent, ahead) => {
      expect(waitOf(() => ({ received: 0, sent, ahead }))).toBeLessThanOrEqual(75_000)
    }),
  )
  // So much of it only while a piece that the stream was given has not left: it may still be read.
  expect(waitOf(() => ({ received: 0, sent: 0, ahead: MIB }))).toBeLessThan(22_000)
})

test("what left after the ping, or had arrived when the last pong came, is no reason to wait", () => {
  const busy = (ms: number): Progress => ({ received: 0, sent: 5 * MIB + 100 * ms, ahead: 0 })
  expect(waitOf(busy, { arrived: 5 * MIB })).toBe(TIMEOUT_MS)
})

test("a peer from whom bytes trickle in is given up like a silent one, one that stops to send within two times of the settings", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999 }), fc.nat(200_000), (perSecond, burstAt) => {
      expect(waitOf((ms) => ({ ...NOTHING, received: Math.floor((perSecond * ms) / 1000) }))).toBe(TIMEOUT_MS)
      const until = waitOf((ms) => ({ ...NOTHING, received: 3 * Math.min(ms, burstAt) }))
      expect(until - Math.max(burstAt, TIMEOUT_MS)).toBeLessThanOrEqual(2 * TIMEOUT_MS)
    }),
  )
})

test("whatever has moved, a peer that falls silent is gone within 150 s", () => {
  const rate = fc.nat(1000)
  const amounts = fc.record({ sent: fc.nat(4 * MIB), ahead: fc.nat(4 * MIB), arrived: fc.nat(4 * MIB) })
  fc.assert(
    fc.property(rate, rate, fc.nat(LONGEST_MS), amounts, (receivedRate, sentRate, until, { sent, ahead, arrived }) => {
      const at = (ms: number): Progress => {
        const left = Math.min(ahead, sentRate * Math.min(ms, until))
        return { received: receivedRate * Math.min(ms, until), sent: arrived + sent + left, ahead: ahead - left }
      }
      expect(waitOf(at, { arrived }) - until).toBeLessThanOrEqual(150_000)
    }),
  )
})

test("whatever moves, there is an end of it", () => {
  const walk = fc.array(fc.record({ received: fc.nat(MIB), sent: fc.nat(MIB), ahead: fc.nat(8 * MIB) }), {
    minLength: 1,
  })
  fc.assert(
    fc.property(walk, fc.integer({ min: 1000, max: 2 * LONGEST_MS }), fc.nat(MIB), (steps, timeoutMs, arrived) => {
      let [received, sent, asked] = [0, arrived, 0]
      const at = (): Progress => {
        const step = steps[asked++ % steps.length] as Progress
        received += step.received
        sent += step.sent
        return { received, sent, ahead: step.ahead }
      }
      const waited = waitOf(at, { timeoutMs, arrived })
      expect(waited).toBeLessThanOrEqual(Math.max(LONGEST_MS, timeoutMs))
      expect(waited).toBeGreaterThanOrEqual(Math.min(timeoutMs, LONGEST_MS))
    }),
  )
  expect(waitOf((ms) => ({ ...NOTHING, received: LEAST_RATE * ms }))).toBe(LONGEST_MS)
  expect(waitOf((ms) => ({ ...NOTHING, received: 1e6 * ms }), { timeoutMs: 2 * LONGEST_MS })).toBe(2 * LONGEST_MS)
})

/**
 * A line on which bytes wait at four places: in our queue, unseen behind it (the system's, a proxy's), and with the peer in
 * the same way. Rates are in bytes per millisecond.
 */
interface Line {
  /** In our queue, ahead of the ping. It is seen to leave in steps. */
  readonly queued: number
  /** Unseen, ahead of that, and sent since the last ping that was answered. */
  readonly unseen: number
  readonly step: number
  readonly rate: number
  /** Of the peer's own message, that it began to send when so much of the ping's way was over. */
  readonly theirs: number
  readonly theirRate: number
  readonly theirStart: number
}

/** When the pong of a ping on a line comes, and what of the bytes is seen until then. */
function play({ queued, unseen, step, rate, theirs, theirRate, theirStart }: Line) {
  const pingMs = (queued + unseen) / rate
  const startMs = theirStart * pingMs
  const pongMs = Math.max(pingMs, startMs + theirs / theirRate) + 200
  const at = (ms: number): Progress => {
    const taken = rate * ms >= queued ? queued : Math.floor((rate * ms) / step) * step
    const sent = Math.min(taken, queued)
    return {
      received: Math.floor(Math.max(0, Math.min(theirs, theirRate * (ms - startMs)))),
      sent: unseen + sent,
      ahead: queued - sent,
    }
  }
  return { pongMs, at }
}

const amount = fc.integer({ min: 12, max: MIB + 128 * 1024 })

/** A pong is waited for on any line of so many kB/s and more, with up to so many bytes out of sight. */
function expectPatience(leastRate: number, mostUnseen: number): void {
  const rate = fc.double({ min: leastRate, max: 2000, noNaN: true })
  const line: fc.Arbitrary<Line> = fc.record({
    queued: amount,
    unseen: fc.nat(mostUnseen),
    step: fc.integer({ min: 1, max: 64 * 1024 }),
    rate,
    theirs: amount,
    theirRate: rate,
    theirStart: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(line, (one) => {
      const { pongMs, at } = play(one)
      expect(waitOf(at)).toBeGreaterThan(pongMs)
    }),
    { numRuns: 20_000 },
  )
}

test("a text of 1 MiB, of ours and of the peer's, on lines of 16 kB/s and more, wherever its bytes wait: the pong is waited for", () => {
  expectPatience(16, MIB)
})

test("where all that waits can be seen, lines of 4 kB/s will do", () => {
  expectPatience(4, 4 * 10_000)
})
