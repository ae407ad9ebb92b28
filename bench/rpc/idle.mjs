/**
 * What an idle connection costs a server, in KiB of heap and of memory outside of it: so many are opened, each has made
 * one call, and the garbage is collected before and after.
 *
 *     node bench/rpc/idle.mjs tcp raw,dchat [COUNT]
 */
import { fork } from "node:child_process"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { peers } from "./peers/index.mjs"

const SELF = fileURLToPath(import.meta.url)
const [, , transport = "tcp", names = "raw,dchat", count = "1000"] = process.argv

function memory() {
  for (let i = 0; i < 4; i++) globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return { heap: heapUsed, external }
}

async function serve() {
  const address = await peers[transport][names].serve({ port: 0, host: "127.0.0.1" })
  process.on("message", () => process.send(memory()))
  process.on("disconnect", () => process.exit(0))
  process.send(address)
}

async function measure(name) {
  const child = fork(SELF, [transport, name, count], {
    execArgv: ["--expose-gc"],
    env: { ...process.env, ROLE: "serve" },
  })
  const next = () => new Promise((resolve) => child.once("message", resolve))
  const address = await next()
  const ask = async () => {
    await sleep(200)
    child.send("memory")
    return next()
  }
  const open = async (many) => {
    const clients = []
    for (let i = 0; i < many; i++) clients.push(await peers[transport].raw.connect(address))
    await Promise.all(clients.map((client) => client.add(1, 2)))
    return clients
  }
  // The first connections bring what all of them share.
  const first = await open(50)
  const before = await ask()
  const clients = await open(Number(count))
  const after = await ask()
  for (const client of [...first, ...clients]) client.close()
  child.kill("SIGKILL")
  const each = (key) => ((after[key] - before[key]) / Number(count) / 1024).toFixed(2)
  console.log(`${transport} ${name.padEnd(16)} heap ${each("heap")} KiB, external ${each("external")} KiB a connection`)
}

if (process.env["ROLE"] === "serve") {
  await serve()
} else {
  for (const name of names.split(",")) await measure(name)
}
