// The node that everyone attacks: its limits are the defaults, but for the number of inbound connections, which must let
// the honest in too. It measures itself.
import { monitorEventLoopDelay } from "node:perf_hooks"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { logTo } from "@dchat/runtime"
import { nodeRuntime } from "@dchat/runtime/node"
import * as net from "@dchat/net"
import { makeHeart } from "./heart.mjs"
import { Chat, COMMON } from "./network.mjs"
import { serve } from "./roles.mjs"

const INBOUND = 8192
/** The resolution is part of each figure. */
const RESOLUTION_MS = 5

const directory = mkdtempSync(path.join(tmpdir(), "hostile-"))
const troubles = []
const trouble = (text) => troubles.length < 20 && troubles.push(text)
process.on("unhandledRejection", (reason) => trouble(`unhandled rejection: ${reason?.stack ?? reason}`))
process.on("uncaughtException", (error) => trouble(`uncaught: ${error.stack ?? error.message}`))
process.on("exit", () => rmSync(directory, { recursive: true, force: true }))

const runtime = nodeRuntime({
  directory,
  log: logTo({
    accepts: (level) => level === "error",
    write: ({ message, fields }) => trouble(`logged as an error: ${message} ${fields.error?.stack ?? ""}`),
  }),
})
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
const delaysOfSecond = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
const milliseconds = (nanoseconds) => nanoseconds / 1e6
let p2p
let heart

serve({
  async start({ peers }) {
    const inboundAddrs = ["tcp://127.0.0.1:0", "tcp+tls://127.0.0.1:0"]
    p2p = await net.P2p.create(
      { ...COMMON, inboundAddrs, externalAddrs: inboundAddrs, peers, inboundConnections: INBOUND, hostlist: "hosts" },
      { runtime },
    )
    heart = makeHeart({ p2p, net, Chat, name: "victim", clock: runtime.clock, knowsHonestOnly: false })
    await p2p.start()
    void p2p.run()
    delays.enable()
    delaysOfSecond.enable()
    return p2p.sessions.inbound.addresses
  },
  chat: () => heart.chat(),
  measure() {
    const { rss, heapUsed } = process.memoryUsage()
    const delayMs = milliseconds(delaysOfSecond.percentile(99))
    const longestMs = milliseconds(delaysOfSecond.max)
    delaysOfSecond.reset()
    const { bans } = p2p.getCounters()
    return { rss, heapUsed, delayMs, longestMs, bans, channels: p2p.channels().length }
  },
  report: () => ({
    banned: p2p.hosts.lists.entries("black").map(({ url }) => url),
    lists: Object.fromEntries(
      ["grey", "white", "gold", "dark"].map((colour) => [colour, p2p.hosts.lists.size(colour)]),
    ),
    counters: p2p.getCounters(),
    pulse: heart.pulse,
    delays: { p50: milliseconds(delays.percentile(50)), p99: milliseconds(delays.percentile(99)), max: milliseconds(delays.max) }, // prettier-ignore
    cpuSeconds: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
  }),
  async stop() {
    heart.stop()
    delays.disable()
    delaysOfSecond.disable()
    const start = performance.now()
    await p2p.stop()
    const ms = performance.now() - start
    // What Node has put off until the turn has ended.
    await new Promise((resolve) => setTimeout(resolve, 100))
    const left = process.getActiveResourcesInfo().filter((name) => /^(TCP|TLS|Timeout|Immediate|FS|GetAddr)/.test(name))
    return { ms, left, troubles }
  },
})
