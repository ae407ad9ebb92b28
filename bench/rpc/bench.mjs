/**
 * JSON-RPC over loopback, server and client in two processes on two cores: `add(1, 2)`.
 *
 *     npx tsc -b tsconfig.packages.json && node bench/rpc/bench.mjs
 *     node bench/rpc/bench.mjs --transport ws --pairs raw/raw,dchat/dchat,birpc/birpc
 *
 * Measured in pairs: all servers run at once, and one process drives them in turn for a short window each, in a new order
 * in every cycle. The ratio to the first pair is taken within a cycle and its median is printed, so that what else the
 * machine does at the time cancels out.
 *
 *     --transport  tcp, unix or ws                                               (tcp)
 *     --pairs      SERVER/CLIENT,...; peers/index.mjs names them; the first is 1 (raw/raw,dchat/raw,raw/dchat,dchat/dchat)
 *     --loads      seq, pipe64, pipe1024, conns64, batch100, notify, big, quiet  (seq,pipe64,pipe1024,conns64)
 *     --cycles     how many times each is measured                               (5)
 *     --ms         for how long each time                                        (100)
 *     --one-core   both ends on one core
 *     --json FILE  the figures of every cycle, too
 */
import { execFileSync, fork } from "node:child_process"
import { rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { installIn } from "../../scripts/install.js"
import { loads, quiet } from "./load.mjs"
import * as libraries from "./peers/libraries.mjs"
import { peers } from "./peers/index.mjs"

const HOST = fileURLToPath(new URL("host.mjs", import.meta.url))
const WARM_UP_MS = 300
const RAMP_MS = 20

const { values: options } = parseArgs({
  options: {
    transport: { type: "string", default: "tcp" },
    pairs: { type: "string", default: "raw/raw,dchat/raw,raw/dchat,dchat/dchat" },
    loads: { type: "string", default: "seq,pipe64,pipe1024,conns64" },
    cycles: { type: "string", default: "5" },
    ms: { type: "string", default: "100" },
    "one-core": { type: "boolean", default: false },
    json: { type: "string" },
  },
})
const { transport } = options
const ms = Number(options.ms)
const cycles = Number(options.cycles)
const pairs = options.pairs.split(",").map((name) => {
  const [server, client] = name.split("/")
  for (const peer of [server, client]) {
    if (peers[transport]?.[peer] === undefined) throw new Error(`${transport} has no peer called ${peer}`)
  }
  return { name, server, client }
})

/** Keeps a process, with all its threads, on one core. Nothing happens where that cannot be done. */
function pin(pid, core) {
  if (os.availableParallelism() < 2) return
  try {
    execFileSync("taskset", ["-a", "-cp", String(core), String(pid)], { stdio: "ignore" })
  } catch {
    // No taskset on this system.
  }
}

const children = []
const files = []

async function start(role, name, address) {
  const child = fork(HOST, [role, transport, name, JSON.stringify(address)])
  children.push(child)
  pin(child.pid, role === "serve" && !options["one-core"] ? 0 : 1)
  const message = await new Promise((resolve, reject) => {
    child.once("message", resolve)
    child.once("exit", (code) => reject(new Error(`${name} ended with ${String(code)}`)))
  })
  return { child, message }
}

function anyAddress(index) {
  if (transport !== "unix") return { port: 0, host: "127.0.0.1" }
  const path = `${os.tmpdir()}/dchat-bench-${process.pid}-${index}.sock`
  files.push(path)
  return path
}

function shuffled(list) {
  return list
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
}

/** How a load is run on a pair: what prepares it, what measures once, what ends it. */
async function prepare(load, pair, address) {
  const connect = (count) =>
    Promise.all(Array.from({ length: count }, () => peers[transport][pair.client].connect(address)))
  if (load === "quiet") {
    const [client] = await connect(1)
    const { child } = await start("flood", pair.client, address)
    child.kill("SIGSTOP")
    return {
      run: async (time) => {
        child.kill("SIGCONT")
        try {
          return await quiet(time, client)
        } finally {
          child.kill("SIGSTOP")
        }
      },
      end: () => {
        child.kill("SIGKILL")
        client.close()
      },
    }
  }
  const { connections, needs, run } = loads[load]
  const clients = await connect(connections)
  if (needs !== undefined && clients[0][needs] === undefined) {
    for (const client of clients) client.close()
    return undefined
  }
  return { run: (time) => run(time, clients), end: () => clients.forEach((client) => client.close()) }
}

async function measure(load, servers) {
  const runners = []
  for (const pair of pairs) {
    const prepared = await prepare(load, pair, servers.get(pair.server))
    if (prepared === undefined) continue
    await prepared.run(WARM_UP_MS)
    runners.push({ pair, ...prepared, figures: [] })
  }
  for (let cycle = 0; cycle < cycles; cycle++) {
    for (const runner of shuffled(runners)) {
      await runner.run(RAMP_MS)
      runner.figures.push(await runner.run(ms))
    }
  }
  for (const { end } of runners) end()
  return runners.map(({ pair, figures }) => ({ name: pair.name, figures }))
}

function print(load, results) {
  const base = results[0].figures
  for (const { name, figures } of results) {
    const cells = Object.keys(base[0]).map((key) => {
      const value = median(figures.map((figure) => figure[key]))
      const ratio = median(figures.map((figure, cycle) => figure[key] / base[cycle][key]))
      const text = key === "perSecond" ? `${Math.round(value)}/s` : `${key} ${value.toFixed(0)} us`
      return `${text.padStart(14)} x ${ratio.toFixed(2)}`
    })
    console.log(`${load.padEnd(9)} ${name.padEnd(32)} ${cells.join("  ")}`)
  }
}

// On lines the floors and ours need nothing that is not ours.
const needsLibraries = pairs.some(({ server, client }) => [server, client].some((name) => name in libraries))
if (transport === "ws" || needsLibraries) installIn(fileURLToPath(new URL(".", import.meta.url)))

try {
  pin(process.pid, 1)
  const servers = new Map()
  for (const [index, { server }] of pairs.entries()) {
    if (!servers.has(server)) servers.set(server, (await start("serve", server, anyAddress(index))).message)
  }
  console.log(
    `${transport}, ${cycles} cycles of ${ms} ms, ${options["one-core"] ? "both ends on one core" : "two cores"}, ` +
      `Node ${process.versions.node}, ${os.cpus()[0].model}`,
  )
  const all = {}
  for (const load of options.loads.split(",")) {
    all[load] = await measure(load, servers)
    print(load, all[load])
  }
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(all))
} finally {
  for (const child of children) child.kill("SIGKILL")
  for (const file of files) rmSync(file, { force: true })
}
process.exit(0)
