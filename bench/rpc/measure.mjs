/**
 * Measures in pairs: all servers of a transport run at once, and one process drives them in turn for a short window each,
 * in a new order in every cycle. A ratio to the first pair is taken within a cycle, so that what else the machine does at
 * the time cancels out.
 */
import { fork } from "node:child_process"
import { readdirSync, readFileSync, rmSync } from "node:fs"
import os from "node:os"
import { fileURLToPath } from "node:url"
import { median, pin, shuffled } from "../machine.mjs"
import { loads, quiet } from "./load.mjs"
import { peers } from "./peers/index.mjs"

const HOST = fileURLToPath(new URL("host.mjs", import.meta.url))
const SERVER_CORE = 0
const CLIENT_CORE = 1
const WARM_UP_MS = 300

// `ws` masks by a native module where it finds one. rpc-websockets brings it for all that stand beside it here, but not for
// ours, which has a `ws` elsewhere: without it for everybody, one WebSocket costs all of them the same.
process.env["WS_NO_BUFFER_UTIL"] = "1"
const RAMP_MS = 20

/**
 * Runs loads on pairs.
 *
 * @param {{ transport: string, pairs: string[], loads: string[], oneCore?: boolean }} what `pairs` are `SERVER/CLIENT`.
 * @param {{ cycles: number, ms: number }} often
 * @param {(load: string, results: { name: string, figures: object[] }[]) => void} onResults Told after each load.
 */
export async function measure({ transport, pairs, loads: wanted, oneCore = false }, { cycles, ms }, onResults) {
  const children = []
  const files = []

  async function start(role, name, address) {
    const child = fork(HOST, [role, transport, name, JSON.stringify(address)])
    children.push(child)
    pin(child.pid, role === "serve" && !oneCore ? SERVER_CORE : CLIENT_CORE)
    const message = await new Promise((resolve, reject) => {
      child.once("message", resolve)
      child.once("exit", (code) => reject(new Error(`${name} ended with ${String(code)}`)))
    })
    return { child, ...message }
  }

  function anyAddress(index) {
    if (transport !== "unix") return { port: 0, host: "127.0.0.1" }
    const path = `${os.tmpdir()}/dchat-bench-${process.pid}-${index}.sock`
    files.push(path)
    return path
  }

  async function startServers() {
    const servers = new Map()
    for (const [index, pair] of pairs.entries()) {
      const [name] = pair.split("/")
      if (!servers.has(name)) servers.set(name, await start("serve", name, anyAddress(index)))
    }
    return servers
  }

  /** How a load is run on a pair: what runs it for some time, what ends it. Nothing where a client cannot do it. */
  async function prepare(load, client, { address }) {
    const peer = peers[transport][client]
    if (peer.drive !== undefined) return peer.drive(address, load, (pid) => pin(pid, CLIENT_CORE))
    const connect = (count) => Promise.all(Array.from({ length: count }, () => peer.connect(address)))
    if (load === "quiet") return prepareQuiet(await connect(1), await start("flood", client, address))
    const { connections, needs, run } = loads[load]
    const clients = await connect(connections)
    const end = () => clients.forEach((each) => each.close())
    if (needs === undefined || clients[0][needs] !== undefined) return { run: (time) => run(time, clients), end }
    end()
    return undefined
  }

  async function measureLoad(load, servers) {
    const runners = []
    for (const name of pairs) {
      const [serverName, client] = name.split("/")
      const server = servers.get(serverName)
      const prepared = await prepare(load, client, server)
      if (prepared === undefined) continue
      await prepared.run(WARM_UP_MS)
      runners.push({ name, server, ...prepared, figures: [] })
    }
    for (let cycle = 0; cycle < cycles; cycle++) {
      for (const { run, pid: client = process.pid, server, figures } of shuffled(runners)) {
        await run(RAMP_MS)
        const before = [cpuMicros(server.pid), cpuMicros(client)]
        const figure = await run(ms)
        const [serverCpu, clientCpu] = [cpuMicros(server.pid) - before[0], cpuMicros(client) - before[1]]
        figures.push(withCpu(figure, serverCpu, clientCpu))
      }
    }
    for (const { end } of runners) end()
    return runners.map(({ name, figures }) => ({ name, figures }))
  }

  try {
    pin(process.pid, CLIENT_CORE)
    const servers = await startServers()
    for (const load of wanted) onResults(load, await measureLoad(load, servers))
  } finally {
    for (const child of children) child.kill("SIGKILL")
    for (const file of files) rmSync(file, { force: true })
  }
}

/** The median of the ratios of one figure of a pair to that of the first pair, cycle by cycle. */
export function ratio(results, { figures }, key) {
  const base = results[0].figures
  return median(figures.map((figure, cycle) => figure[key] / base[cycle][key]))
}

function prepareQuiet([client], { child }) {
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

/** CPU time of each side in microseconds a call: steadier than rates where other work shares the cores. */
function withCpu({ seconds, ...figure }, server, client) {
  if (figure.perSecond === undefined) return figure
  const calls = figure.perSecond * seconds
  return { ...figure, serverCpu: server / calls, clientCpu: client / calls }
}

/** What a process has used of the cores, in microseconds: all its threads, the kernel's work for it included. */
function cpuMicros(pid) {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`)
    const nanos = tasks.map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]))
    return nanos.reduce((sum, each) => sum + each, 0) / 1000
  } catch {
    // Linux alone tells.
    return NaN
  }
}
