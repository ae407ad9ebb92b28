/**
 * The network: messages a second beside raw sockets and other libraries, fan-out, handshakes, idle peers.
 *
 *     npx tsc -b tsconfig.packages.json
 *     node bench/net/bench.mjs --table rates       one send for each message, two processes       about 60 s
 *     node bench/net/bench.mjs --table backlog     a full queue of sends, flushed to who reads again  about 15 s
 *     node bench/net/bench.mjs --table fan-out     one node broadcasts to nine, in one process    about 12 s
 *     node bench/net/bench.mjs --table handshakes  TLS with version exchange, on the acceptor     about 15 s
 *     node bench/net/bench.mjs --table many        2,000 idle peers for 60 s, tcp and tcp+tls     about 160 s
 *     node bench/net/bench.mjs --peers raw-tcp,dchat-tcp [--mode send|backlog] [--cycles 15] [--ms 150]
 *
 * Without a table: a short form of the rates and of the fan-out, without what has to be installed.
 *
 * The rates are those of 63-byte messages that are metered. Prints for each peer the median rate, the median of its ratios to
 * the first of its group (`measure.mjs` says how), and the processor time that a message takes on either side: that is
 * steadier than rates where other work shares the cores. `peers/raw.mjs` says what `raw` and `bare` are.
 */
import { execFileSync } from "node:child_process"
import os from "node:os"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { installIn } from "../../scripts/install.js"
import { median } from "../machine.mjs"
import { measure, ratio } from "./measure.mjs"
import { peers } from "./peers/index.mjs"

const { values: options } = parseArgs({
  options: {
    table: { type: "string" },
    peers: { type: "string" },
    mode: { type: "string", default: "send" },
    cycles: { type: "string", default: "15" },
    ms: { type: "string", default: "150" },
  },
})
const often = { cycles: Number(options.cycles), ms: Number(options.ms) }
const OURS = ["raw-tcp", "dchat-tcp", "bare-tcp"]
const OURS_TLS = ["raw-tls", "dchat-tls", "bare-tls"]
/** As many as fill a channel's queue of 4 MiB. */
const BACKLOG = 66_000

const tables = {
  async rates() {
    await rates(OURS, { ...often, mode: "send" })
    await rates(OURS_TLS, { ...often, mode: "send" })
    await rates(["dchat-tls", "libp2p", "secret-stream"], { ...often, mode: "send" })
  },
  async backlog() {
    await rates(["raw-tcp", "dchat-tcp"], { ...often, mode: "backlog", count: BACKLOG })
    await rates(["raw-tls", "dchat-tls"], { ...often, mode: "backlog", count: BACKLOG })
  },
  "fan-out": () => run("fan-out.mjs"),
  handshakes: () => run("handshakes.mjs"),
  many() {
    for (const scheme of ["tcp", "tcp+tls"]) run("many.mjs", "--scheme", scheme)
  },
  async short() {
    for (const group of [OURS, OURS_TLS]) await rates(group, { cycles: 5, ms: 50, mode: "send" })
    run("fan-out.mjs", "0.5")
  },
}

/** A program of this folder, in a process of its own. */
function run(file, ...args) {
  execFileSync(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...args], { stdio: "inherit" })
}

async function rates(names, how) {
  if (names.some((name) => ["libp2p", "secret-stream"].includes(name))) {
    installIn(fileURLToPath(new URL(".", import.meta.url)))
  }
  const results = await measure(names, how)
  console.log(`\n${how.mode}, ${how.cycles} cycles${how.count === undefined ? ` of ${how.ms} ms` : ""}, ${machine()}`)
  for (const result of results) {
    const { name, figures } = result
    const middle = (key) => median(figures.map((figure) => figure[key]))
    const cell = (key) => `${middle(key).toFixed(2)} us (x ${ratio(result, results[0], key).toFixed(2)})`
    console.log(
      `${name.padEnd(14)}${(middle("perSecond") / 1000).toFixed(0).padStart(6)} k/s  ` +
        `x ${ratio(result, results[0], "perSecond").toFixed(2)} of ${names[0]}  ` +
        `CPU of a message: sender ${cell("senderCpu")}, receiver ${cell("receiverCpu")}`,
    )
  }
}

function machine() {
  return `Node ${process.versions.node}, ${os.cpus()[0].model}, load ${os.loadavg()[0].toFixed(1)}`
}

if (options.peers !== undefined) {
  const names = options.peers.split(",")
  const unknown = names.filter((name) => peers[name] === undefined)
  if (unknown.length > 0) throw new Error(`no peer ${unknown.join(", ")}; there are ${Object.keys(peers).join(", ")}`)
  await rates(names, { ...often, mode: options.mode, ...(options.mode === "backlog" ? { count: BACKLOG } : {}) })
} else {
  const name = options.table ?? "short"
  const table = tables[name]
  if (table === undefined) throw new Error(`no table ${name}; there are ${Object.keys(tables).join(", ")}`)
  await table()
}
