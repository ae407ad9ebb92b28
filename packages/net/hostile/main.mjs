/**
 * One node under all attacks at once, over real sockets: it must go on to serve the honest, stay small and quick, ban the
 * guilty and nobody else, and stop when it is told to. Prints what came of each attack and a verdict; 0 if all is well.
 *
 *     npm run hostile -- [--minutes 10] [--seed N]
 */
import { availableParallelism, loadavg } from "node:os"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { parseArgs } from "node:util"
import { Role } from "./roles.mjs"
import { table, verdict } from "./verdict.mjs"

const PROGRESS_MS = process.stdout.isTTY ? 1000 : 30_000
/** What is on its way when the attacks end may arrive. */
const SETTLE_MS = 1000

const { minutes, seed } = readOptions()
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

console.log(`${minutes} minutes, seed ${seed}, Node ${process.version}`)
let isInterrupted = false
let tellInterrupted = () => {}
const interrupted = new Promise((resolve) => {
  tellInterrupted = () => {
    isInterrupted = true
    resolve()
  }
})
process.on("SIGINT", tellInterrupted)
process.on("SIGTERM", tellInterrupted)

const victim = new Role("victim")
const honest = new Role("honest")
const attacker = new Role("attacker")
try {
  process.exitCode = (await run()) ? 0 : 1
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  const roles = [attacker, honest, victim]
  for (const role of roles) role.release()
  const late = setTimeout(() => {
    for (const role of roles) role.kill()
  }, 5000)
  await Promise.all(roles.map(({ ended }) => ended))
  clearTimeout(late)
}
if (isInterrupted) process.exitCode = 130

async function run() {
  const peers = await honest.ask("start")
  const [tcp, tls] = await victim.ask("start", { peers: peers.slice(2) })
  await honest.ask("connect", { tcp, tls })
  // Until then what is broadcast to who has dialled us is kept back.
  await wait(2500)
  await Promise.all([honest.ask("chat"), victim.ask("chat")])
  await attacker.ask("start", { seed, tcpPort: portOf(tcp), tlsPort: portOf(tls) })

  // This process has next to nothing to do: where it has to wait, it is the machine that is slow.
  const [idle, idleInSecond] = [0, 1].map(() => monitorEventLoopDelay({ resolution: 5 }))
  idle.enable()
  idleInSecond.enable()
  const start = performance.now()
  const samples = []
  let shownAt = 0
  while (!isInterrupted && performance.now() - start < minutes * 60_000) {
    await Promise.race([wait(start + (samples.length + 1) * 1000 - performance.now()), interrupted])
    const sample = await victim.ask("measure")
    samples.push({ ...sample, idleMs: idleInSecond.percentile(99) / 1e6 })
    idleInSecond.reset()
    if (performance.now() - shownAt < PROGRESS_MS) continue
    shownAt = performance.now()
    show((shownAt - start) / 1000, sample, await honest.ask("report"))
  }
  if (process.stdout.isTTY) process.stdout.write("\n")
  idle.disable()
  idleInSecond.disable()
  const tallies = await attacker.ask("end")
  await wait(SETTLE_MS)
  const facts = { victim: await victim.ask("report"), honest: await honest.ask("report") }
  const stop = await victim.ask("stop")
  await honest.ask("stop")
  victim.release()
  stop.ended = await Promise.race([victim.ended, wait(2000).then(() => "nothing: it hangs")])

  const { banned, lists, counters, cpuSeconds } = facts.victim
  const findings = verdict({ samples, tallies, ...facts, stop, idleMs: idle.percentile(99) / 1e6 })
  console.log(`\n${table(tallies, banned)}\n`)
  console.log(`hosts: ${JSON.stringify(lists)}; counters: ${JSON.stringify(counters)}`)
  console.log(`processor: ${cpuSeconds.toFixed(0)} s of ${(performance.now() / 1000).toFixed(0)}; ${loads()}`)
  console.log(`${slowest(samples)}\n`)
  for (const { what, isWell, figure } of findings) console.log(`${isWell ? "ok    " : "FAILED"}  ${what}: ${figure}`)
  const failed = findings.filter(({ isWell }) => !isWell)
  const words = failed.length === 0 ? "all is well" : `${failed.length} of ${findings.length} failed`
  console.log(`\nverdict: ${words}${isInterrupted ? `, interrupted after ${samples.length} s` : ""}`)
  return failed.length === 0
}

function show(seconds, { rss, heapUsed, delayMs, bans, channels }, { pulses }) {
  const late = pulses.reduce((total, pulse) => total + pulse.late + pulse.ends.length, 0)
  const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(0)
  const figures = [
    `${seconds.toFixed(0)} s`,
    `RSS ${mebibytes(rss)} MiB`,
    `heap ${mebibytes(heapUsed)} MiB`,
    `loop delay p99 ${delayMs.toFixed(0)} ms`,
    `${channels} channels`,
    `${bans} bans`,
    `${late} heartbeats missed`,
  ]
  const line = figures.join(", ")
  if (process.stdout.isTTY) process.stdout.write(`\r${line}   `)
  else console.log(line)
}

/** How much other work there was. */
function loads() {
  const load = loadavg().map((value) => value.toFixed(1))
  return `load of the machine ${load.join(", ")} (1, 5, 15 minutes), ${availableParallelism()} processors`
}

/** How often a second was a bad one, for the victim and for the idle process as well. */
function slowest(samples) {
  const bad = samples.filter(({ delayMs }) => delayMs >= 50)
  const both = bad.filter(({ idleMs }) => idleMs >= 50).length
  return `p99 of the victim's loop delay was 50 ms or more in ${bad.length} of ${samples.length} seconds, in ${both} of which that of an idle process was too`
}

function portOf(url) {
  return Number(new URL(url.replace(/^tcp\+tls|^tcp/, "http")).port)
}

function readOptions() {
  try {
    const { values } = parseArgs({ options: { minutes: { type: "string" }, seed: { type: "string" } } })
    const minutes = Number(values.minutes ?? 10)
    const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
    if (minutes > 0 && Number.isSafeInteger(seed) && seed >= 0) return { minutes, seed }
  } catch (error) {
    console.error(error.message)
  }
  console.error("usage: npm run hostile -- [--minutes 10] [--seed N]")
  process.exit(2)
}
