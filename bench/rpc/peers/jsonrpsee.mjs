/** jsonrpsee, the JSON-RPC library of Rust: programs of their own, whose source is in `../jsonrpsee`. */
import { execFileSync, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const FOLDER = fileURLToPath(new URL("../jsonrpsee", import.meta.url))
const PROGRAM = `${FOLDER}/target/release/dchat-bench-jsonrpsee`
const LOADS = /^(?:seq|big|pipe\d+|conns\d+|batch\d+)$/

/** Builds the programs, the first time for some three minutes. Gives what is missing when that cannot be done. */
export function buildJsonrpsee() {
  try {
    execFileSync("cargo", ["--version"], { stdio: "ignore" })
  } catch {
    return "there is no cargo on this machine"
  }
  try {
    execFileSync("cargo", ["build", "--release", "--locked", "--quiet"], { cwd: FOLDER, stdio: "inherit" })
    return undefined
  } catch {
    return "cargo cannot build it"
  }
}

/** Starts the program. It ends when this process does, for then its input ends. */
async function start(...words) {
  const child = spawn(PROGRAM, words, { stdio: ["pipe", "pipe", "inherit"] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { done, value } = await lines.next()
    if (done) throw new Error(`jsonrpsee ended during ${words.join(" ")}`)
    return value
  }
  return { child, next, first: await next() }
}

export const jsonrpsee = {
  async serve() {
    const { child, first } = await start("serve")
    return { port: Number(first), pid: child.pid }
  },
  /** Its client runs the load itself. @param onStarted Told the id of its process. */
  async drive({ port }, load, onStarted) {
    if (!LOADS.test(load)) return undefined
    const { child, next } = await start("load", String(port), load)
    onStarted(child.pid)
    return {
      pid: child.pid,
      async run(ms) {
        child.stdin.write(`${ms}\n`)
        return JSON.parse(await next())
      },
      end: () => child.stdin.end(),
    }
  },
}
