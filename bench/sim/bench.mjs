/**
 * How much of the simulator fits into one process, and how fast time passes in it.
 *
 *     npx tsc -b tsconfig.packages.json && node --expose-gc --max-semi-space-size=64 bench/sim/bench.mjs [NODES]
 *
 * Real seconds are told beside the seconds that the processor worked for this process: on a machine that is shared with
 * other work the second figure is the one to compare.
 */
import { testnet } from "@dchat/sim"

const nodes = Number(process.argv[2] ?? 1000)
const DEGREE = 8
const IDLE_MINUTES = 2
const FLOOD_MINUTES = 0.5

let real = performance.now()
let busy = process.cpuUsage()

/** Prints what has passed since the last call. */
function lap(name, virtualSeconds) {
  const seconds = (performance.now() - real) / 1000
  const { user, system } = process.cpuUsage(busy)
  const worked = (user + system) / 1e6
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  const pace = virtualSeconds === undefined ? "" : `, ${(virtualSeconds / worked).toFixed(1)} x real time`
  const memory = `heap ${Math.round(heapUsed / 1e6)} MB, RSS ${Math.round(rss / 1e6)} MB`
  console.log(`${name.padEnd(32)} ${seconds.toFixed(2)} s, ${worked.toFixed(2)} s of work${pace}; ${memory}`)
  real = performance.now()
  busy = process.cpuUsage()
}

const net = await testnet(nodes, { seed: 1, topology: { kind: "given", degree: DEGREE } })
const channels = net.nodes.reduce((sum, node) => sum + node.channels.length, 0)
lap(`${nodes} nodes, ${channels / 2} connections`)
await net.run(IDLE_MINUTES)
lap(`${IDLE_MINUTES} min idle`, IDLE_MINUTES * 60)
let turn = 0
net.every(1, () => net.node(turn++ % nodes).flood())
await net.run(FLOOD_MINUTES)
lap(`${FLOOD_MINUTES * 60} s, a flooded message a second`, FLOOD_MINUTES * 60)
await net.stop()
lap("all stopped")
