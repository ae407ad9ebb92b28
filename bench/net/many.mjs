/**
 * Many idle peers on one node. The peers are whole nodes' channels as far as the node can tell: they introduce themselves
 * and answer its pings, in another process. Prints what each costs the node, what it does while they are idle, and how long
 * its stop takes.
 *
 *     node --expose-gc bench/net/many.mjs [--scheme tcp+tls] [--peers 2000] [--seconds 60]
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { parseArgs } from "node:util"
import { P2p, SESSION_ALL } from "@dchat/net"
import { makePeer, many } from "./least-peer.mjs"

const { values } = parseArgs({
  options: {
    scheme: { type: "string", default: "tcp+tls" },
    peers: { type: "string", default: "2000" },
    seconds: { type: "string", default: "60" },
  },
})
const { scheme } = values
/** After so long no new peer is taken for a seed's visitor any more. */
const SETTLE_MS = 3000
/** How often the delay of the event loop is looked at. */
const RESOLUTION_MS = 10
const PEERS = Number(values.peers)
const SECONDS = Number(values.seconds)

if (process.send === undefined) await peersOf()
else await node()

/** The node under test. */
async function node() {
  const profiles = { [scheme]: { channelHeartbeatInterval: 5 } }
  const node = await P2p.create({
    activeProfiles: [scheme],
    inboundAddrs: [`${scheme}://127.0.0.1:0`],
    inboundConnections: 10_000,
    outboundConnections: 0,
    localnet: true,
    profiles,
  })
  let ready = 0
  node.protocols.register(SESSION_ALL, () => ({ name: "Counter", start: () => void ready++ }))
  await node.start()
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  const beyondMs = (nanos) => Math.max(0, nanos / 1e6 - RESOLUTION_MS)
  const tell = {
    memory: () => {
      globalThis.gc()
      const { rss, heapUsed, external } = process.memoryUsage()
      return { rss, heapUsed, external, ready, alive: node.channels().length }
    },
    watch: () => {
      delay.enable()
      delay.reset()
      return { cpu: process.cpuUsage() }
    },
    watched: () => ({
      cpu: process.cpuUsage(),
      p50: beyondMs(delay.percentile(50)),
      p99: beyondMs(delay.percentile(99)),
      max: beyondMs(delay.max),
      alive: node.channels().length,
    }),
    stop: async () => {
      delay.disable()
      const start = performance.now()
      await node.stop()
      return { ms: performance.now() - start, alive: node.channels().length }
    },
  }
  const answer = async (what) => void process.send(await tell[what]())
  process.on("message", (what) => void answer(what))
  process.send({ url: node.sessions.inbound.addresses[0] })
}

async function peersOf() {
  const child = fork(import.meta.filename, process.argv.slice(2), { execArgv: ["--expose-gc"] })
  const [{ url }] = await once(child, "message")
  const ask = async (what) => {
    child.send(what)
    return (await once(child, "message"))[0]
  }
  const peer = makePeer(scheme, url)
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

  // The first half pays for what is there once, such as the heap's own growth.
  const start = performance.now()
  const streams = await many(PEERS / 2, peer)
  await pause(SETTLE_MS)
  const before = await ask("memory")
  streams.push(...(await many(PEERS / 2, peer)))
  const seconds = (performance.now() - start - SETTLE_MS) / 1000
  await pause(SETTLE_MS)
  const after = await ask("memory")
  const kib = (key) => ((after[key] - before[key]) / 1024 / (after.alive - before.alive)).toFixed(1)
  console.log(
    `${scheme}: ${after.alive} peers after ${seconds.toFixed(1)} s; each further one takes ${kib("rss")} KiB of RSS, ${kib("heapUsed")} KiB of ` +
      `them heap, ${kib("external")} KiB buffers outside of it; the node has ${(after.rss / 2 ** 20).toFixed(0)} MiB`,
  )

  const { cpu: first } = await ask("watch")
  const pings = peer.pings
  await pause(SECONDS * 1000)
  const { cpu, p50, p99, max, alive } = await ask("watched")
  const cpuMs = (cpu.user + cpu.system - first.user - first.system) / 1000
  const answered = peer.pings - pings
  console.log(
    `${scheme}: ${SECONDS} s idle, a ping each 5 s: ${alive} alive, ${peer.closed} closed, ${answered} pings answered, ` +
      `${((cpuMs / SECONDS / 1000) * 100).toFixed(1)} % of a core (${((cpuMs * 1000) / answered).toFixed(0)} us a ping and pong), ` +
      `delay of the event loop p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(0)} ms`,
  )
  const stopped = await ask("stop")
  console.log(`${scheme}: stop() took ${stopped.ms.toFixed(0)} ms, ${stopped.alive} channels left`)
  await Promise.all(streams.map((stream) => stream.close()))
  child.kill()
  if (alive !== PEERS) throw new Error(`${PEERS - alive} of ${PEERS} peers were lost`)
}
