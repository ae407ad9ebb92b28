// What is asked of the victim, and whether it was so.
import { judgeBans } from "./bans.mjs"

const MAX_GROWTH_MB = 20
/** In a shorter run memory has not settled yet; then only its peak counts. */
const LONG_RUN_S = 180
const MAX_PEAK_MB = 600
const MAX_DELAY_MS = 50
/** What an idle process waits where there is enough for all, for the most part the resolution of the measurement. */
const QUIET_MS = 10
const MAX_STOP_MS = 2000

/**
 * @typedef {object} Finding One thing that is asked.
 * @property {string} what
 * @property {boolean} isWell
 * @property {string} figure
 */

/**
 * Memory after the warm-up: how much more the last third has than the first. Between two collections of garbage memory
 * goes up and down by far more than that, so the floor is what counts: the least but for a tenth of the seconds.
 *
 * @param {readonly { rss: number, heapUsed: number }[]} samples One a second.
 * @param {"rss" | "heapUsed"} what
 * @param {number} [share] 0.1 for the floor, 0.5 for the median.
 */
function growthOf(samples, what, share = 0.1) {
  const warm = samples.slice(Math.min(120, samples.length / 3))
  const third = Math.max(1, Math.floor(warm.length / 3))
  return (quantile(warm.slice(-third), what, share) - quantile(warm.slice(0, third), what, share)) / 2 ** 20
}

/** @param {readonly { rss: number, heapUsed: number }[]} samples @param {"rss" | "heapUsed"} what @param {number} share */
function quantile(samples, what, share) {
  const values = samples.map((sample) => sample[what]).sort((a, b) => a - b)
  return values[Math.floor(values.length * share)] ?? 0
}

/** @returns {Finding[]} */
export function verdict({ samples, tallies, victim, honest, stop, idleMs }) {
  const pulses = honest.pulses
  const sum = (/** @type {string} */ what) => pulses.reduce((total, pulse) => total + pulse[what], 0)
  const all = [victim.pulse, ...pulses]
  const names = ["victim", ...pulses.map((_, i) => `h${i}`)]
  const said = Object.fromEntries(all.map((pulse, i) => [names[i], pulse.said]))
  // What was the last that somebody said, and never came.
  const unheard = all.flatMap((pulse, i) =>
    names.filter((name) => name !== names[i] && (pulse.heard[name] ?? 0) < said[name]).map((name) => `${names[i]} misses ${name}`),
  ) // prettier-ignore
  const lost = all.reduce((total, pulse) => total + pulse.lost, 0) + unheard.length
  const doubled = all.reduce((total, pulse) => total + pulse.doubled, 0)
  const ends = pulses.flatMap(({ ends }) => ends)
  const bans = judgeBans(tallies, victim.banned)
  const growth = growthOf(samples, "rss")
  const peak = Math.max(...samples.map(({ rss }) => rss / 2 ** 20))
  const wrong = tallies.flatMap((tally) => tally.wrong.map((text) => `${tally.name}, ${text}`))
  const seconds = (ms) => `${ms.toFixed(0)} ms`
  return [
    {
      what: "heartbeats of honest nodes are never missed",
      isWell: sum("late") === 0 && ends.length === 0 && sum("beats") > 0,
      figure: `${sum("beats")} in time, slowest ${seconds(Math.max(...pulses.map(({ slowestMs }) => slowestMs)))}, ${sum("late")} missed, ${ends.length} connections lost${listed(ends)}`,
    },
    {
      what: "chat among the honest arrives, once",
      isWell: lost === 0 && doubled === 0 && sum("refused") === 0 && victim.pulse.said > 0,
      figure: `${all.reduce((total, pulse) => total + pulse.said, 0)} said, ${lost} lost, ${doubled} doubled, ${sum("refused")} refused${listed(unheard)}`,
    },
    {
      what: `memory grows by less than ${MAX_GROWTH_MB} MiB once it is warm, and stays below ${MAX_PEAK_MB}`,
      isWell: (growth < MAX_GROWTH_MB || samples.length < LONG_RUN_S) && peak < MAX_PEAK_MB,
      figure: `RSS ${growth.toFixed(1)}, heap ${growthOf(samples, "heapUsed").toFixed(1)} MiB (medians: ${growthOf(samples, "rss", 0.5).toFixed(1)}, ${growthOf(samples, "heapUsed", 0.5).toFixed(1)}); RSS at most ${peak.toFixed(0)}`,
    },
    {
      what: `event-loop delay p99 is under ${MAX_DELAY_MS} ms, but for what an idle process waits`,
      isWell: victim.delays.p99 - Math.max(0, idleMs - QUIET_MS) < MAX_DELAY_MS,
      figure: `p50 ${seconds(victim.delays.p50)}, p99 ${seconds(victim.delays.p99)}, max ${seconds(victim.delays.max)}; idle process p99 ${seconds(idleMs)}`,
    },
    {
      what: "bans hit the guilty, all of them and nobody else",
      isWell: bans.innocent.length === 0 && bans.spared.length === 0 && bans.count > 0,
      figure: `${bans.count} hosts banned, ${bans.innocent.length} of them innocent${listed(bans.innocent)}; ${bans.spared.length} guilty spared${listed(bans.spared)}`,
    },
    {
      what: "each attack ends as the specification says",
      isWell: wrong.length === 0,
      figure: `${tallies.reduce((total, { attempts }) => total + attempts, 0)} attempts${listed(wrong)}`,
    },
    {
      what: "no unhandled rejection, nothing logged as an error",
      isWell: stop.troubles.length === 0 && honest.troubles === 0,
      figure: `${stop.troubles.length + honest.troubles}${listed(stop.troubles)}`,
    },
    {
      what: `stop() takes less than ${MAX_STOP_MS / 1000} s and leaves nothing`,
      isWell: stop.ms < MAX_STOP_MS && stop.left.length === 0 && stop.ended === "code 0",
      figure: `${seconds(stop.ms)}, ${stop.left.length} handles left${listed(stop.left)}, the process ended with ${stop.ended}`,
    },
  ]
}

/** @param {readonly string[]} items */
function listed(items) {
  if (items.length === 0) return ""
  return ` (${items.slice(0, 5).join("; ")}${items.length > 5 ? "; ..." : ""})`
}

/** @param {readonly import("./assault.mjs").Tally[]} tallies @param {readonly string[]} banned */
export function table(tallies, banned) {
  const bans = judgeBans(tallies, banned)
  const rows = tallies.map((tally) => [
    tally.name,
    tally.outcome,
    ...[tally.attempts, tally.closed, tally.kept, tally.left, tally.refused, bans.bansOf(tally.name)].map(String),
  ])
  const heads = ["attack", "expected", "attempts", "closed by us", "kept", "left", "no connection", "hosts banned"]
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i].length)))
  const line = (cells) =>
    `| ${cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(" | ")} |`
  const rule = `| ${widths.map((width, i) => (i < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`
  return [line(heads), rule, ...rows.map(line)].join("\n")
}
