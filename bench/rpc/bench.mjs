/**
 * JSON-RPC over loopback, server and client in two processes on two cores: `add(1, 2)`.
 *
 *     npx tsc -b tsconfig.packages.json
 *     node bench/rpc/bench.mjs --table floors     ours beside the least that answers             about 60 s
 *     node bench/rpc/bench.mjs --table servers    servers under one client                       about 30 s
 *     node bench/rpc/bench.mjs --table libraries  each library with its own client               about 90 s
 *     node bench/rpc/bench.mjs --table loads      batches, notifications, 1 MiB, a quiet caller  about 50 s
 *     node bench/rpc/bench.mjs --table one-core   both ends on one core                          about 20 s
 *     node bench/rpc/idle.mjs                     memory of idle connections
 *     node bench/rpc/bench.mjs --transport ws --pairs raw/raw,dchat/dchat,birpc/birpc --loads pipe64
 *
 * Prints, for each load and pair, the median rate (or latency), the median of its ratios to the first pair (`measure.mjs`
 * says how), and the CPU time that a call takes on the server's and on the client's side; at the end the ratios as a table.
 * jsonrpsee is built when cargo is there, the first time for some three minutes, and left out otherwise.
 *
 *     --transport  tcp, unix or ws                                               (tcp)
 *     --pairs      SERVER/CLIENT,...; peers/index.mjs names them; the first is 1 (raw/raw,dchat/raw,raw/dchat,dchat/dchat)
 *     --loads      seq, pipe64, pipe1024, conns64, batch100, notify, big, quiet  (seq,pipe64,pipe1024,conns64)
 *     --cycles     how many times each is measured                               (9)
 *     --ms         for how long each time                                        (100)
 *     --one-core   both ends on one core
 *     --json FILE  the figures of every cycle, too
 */
import { writeFileSync } from "node:fs"
import os from "node:os"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { installIn } from "../../scripts/install.js"
import { median } from "../machine.mjs"
import { measure, ratio } from "./measure.mjs"
import { buildJsonrpsee } from "./peers/jsonrpsee.mjs"
import { peers } from "./peers/index.mjs"
import { tables } from "./tables.mjs"

const { values: options } = parseArgs({
  options: {
    table: { type: "string" },
    transport: { type: "string", default: "tcp" },
    pairs: { type: "string", default: "raw/raw,dchat/raw,raw/dchat,dchat/dchat" },
    loads: { type: "string", default: "seq,pipe64,pipe1024,conns64" },
    cycles: { type: "string", default: "9" },
    ms: { type: "string", default: "100" },
    "one-core": { type: "boolean", default: false },
    json: { type: "string" },
  },
})
const often = { cycles: Number(options.cycles), ms: Number(options.ms) }

function chosenRuns() {
  const { table } = options
  if (table === undefined) {
    const [pairs, loads] = [options.pairs.split(","), options.loads.split(",")]
    return [{ transport: options.transport, pairs, loads, oneCore: options["one-core"] }]
  }
  if (tables[table] === undefined) throw new Error(`no table ${table}; there are ${Object.keys(tables).join(", ")}`)
  return tables[table]
}

function check({ transport, pairs }) {
  for (const name of pairs.flatMap((pair) => pair.split("/"))) {
    if (peers[transport]?.[name] === undefined) throw new Error(`${transport} has no peer called ${name}`)
  }
}

const isOfRust = (pair) => pair.includes("jsonrpsee")

/** The runs without the pairs that this machine cannot run. */
function possible(runs) {
  if (!runs.some(({ pairs }) => pairs.some(isOfRust))) return runs
  const missing = buildJsonrpsee()
  if (missing === undefined) return runs
  console.log(`jsonrpsee is left out: ${missing}`)
  return runs.map((run) => ({ ...run, pairs: run.pairs.filter((pair) => !isOfRust(pair)) }))
}

const shown = { perSecond: (value) => `${Math.round(value)}/s`, cpu: (value) => value.toFixed(1) }

function print(load, results) {
  for (const result of results) {
    const { name, figures } = result
    const middle = (key) => median(figures.map((figure) => figure[key]))
    const cell = (key) => {
      const text = key === "perSecond" ? shown.perSecond(middle(key)) : `${key} ${middle(key).toFixed(0)} us`
      return `${text.padStart(14)} x ${ratio(results, result, key).toFixed(2)}`
    }
    const cells = ["perSecond", "p50", "p99"].filter((key) => key in figures[0]).map(cell)
    if ("serverCpu" in figures[0])
      cells.push(`CPU ${shown.cpu(middle("serverCpu"))} + ${shown.cpu(middle("clientCpu"))} us`)
    console.log(`${load.padEnd(9)} ${name.padEnd(32)} ${cells.join("  ")}`)
  }
}

/** One row for each load, one column for each pair; `p50 / p99` where latencies were measured. */
function printTable(pairs, measured) {
  const rows = Object.entries(measured).map(([load, results]) => {
    const keys = "perSecond" in results[0].figures[0] ? ["perSecond"] : ["p50", "p99"]
    const cells = pairs.map((pair) => {
      const result = results.find(({ name }) => name === pair)
      return result === undefined ? "" : keys.map((key) => ratio(results, result, key).toFixed(2)).join(" / ")
    })
    return [load, ...cells]
  })
  for (const row of [["", ...pairs], ["--", ...pairs.map(() => "--:")], ...rows]) console.log(`| ${row.join(" | ")} |`)
}

const runs = chosenRuns()
for (const run of runs) check(run)
if (runs.some(({ transport, pairs }) => transport === "ws" || pairs.some((pair) => pair.includes("vscode")))) {
  installIn(fileURLToPath(new URL(".", import.meta.url)))
}
const all = []
for (const run of possible(runs)) {
  const { transport, pairs, oneCore = false } = run
  console.log(
    `\n${transport}, ${often.cycles} cycles of ${often.ms} ms, ${oneCore ? "both ends on one core" : "two cores"}, ` +
      `Node ${process.versions.node}, ${os.cpus()[0].model}, load ${os.loadavg()[0].toFixed(1)}`,
  )
  const measured = {}
  await measure(run, often, (load, results) => {
    measured[load] = results
    print(load, results)
  })
  printTable(pairs, measured)
  all.push({ ...run, measured })
}
if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(all))
process.exit(0)
