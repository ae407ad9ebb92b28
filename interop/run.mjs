/**
 * Our JSON-RPC against programs that others wrote, both ways where they have two.
 *
 *     npm run interop
 *
 * Installs what it needs into this folder, runs every case, prints a table. Without Python its part is skipped, with the
 * reason; with CI=true a skip is a failure.
 */
import { execFile, execFileSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { isDeepStrictEqual, promisify } from "node:util"
import { fileURLToPath } from "node:url"
import { installIn } from "../scripts/install.js"
import { disposal } from "./disposal.mjs"

const HERE = fileURLToPath(new URL(".", import.meta.url))
const CASE_MS = 30_000

/** Begins to install what is needed of Python. Gives, in the end, why the Python part cannot run, if it cannot. */
async function installPython() {
  const requirements = readFileSync(`${HERE}python/requirements.txt`, "utf8")
  const done = `${HERE}.venv/.installed`
  if (existsSync(done) && readFileSync(done, "utf8") === requirements) return undefined
  try {
    execFileSync("python3", ["-m", "venv", `${HERE}.venv`], { stdio: "pipe" })
    const pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", `${HERE}python/requirements.txt`]
    await promisify(execFile)(`${HERE}.venv/bin/python`, pip)
    writeFileSync(done, requirements)
    return undefined
  } catch (error) {
    const lines = String(error.stderr ?? error.message)
      .trim()
      .split("\n")
    return `Python is needed for it: ${lines[lines.length - 1] ?? ""}`
  }
}

async function run(test) {
  let checks = 0
  const check = (what, got, expected) => {
    checks++
    if (!isDeepStrictEqual(got, expected)) {
      throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`)
    }
  }
  let timer
  const tooLong = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${CASE_MS / 1000} s, ${checks} checks`)), CASE_MS)
  })
  const start = performance.now()
  const held = disposal()
  try {
    await Promise.race([test.run(check, held), tooLong])
    return { ok: true, text: `ok, ${checks} checks, ${Math.round(performance.now() - start)} ms` }
  } catch (error) {
    return { ok: false, text: `FAILED: ${error.stack}` }
  } finally {
    clearTimeout(timer)
    await held.end()
  }
}

function report({ peer, over, ours }, text) {
  console.log(`${peer.padEnd(34)} ${over.padEnd(26)} we are the ${ours.padEnd(7)} ${text}`)
}

const python = installPython() // goes on while npm installs
installIn(HERE)
const whyNoPython = await python
const load = async (name) => (await import(`./cases/${name}.mjs`)).default
const inPython = await load("python")
const names = ["lines-and-headers", "tls", "http-clients", "websocket", "ethereum", "mcp", "language-servers"]
const others = await Promise.all(names.map(load))
let failures = 0
for (const test of others.flat()) {
  const { ok, text } = await run(test)
  if (!ok) failures++
  report(test, text)
}
for (const test of inPython) {
  const { ok, text } =
    whyNoPython === undefined ? await run(test) : { ok: process.env["CI"] !== "true", text: `skipped: ${whyNoPython}` }
  if (!ok) failures++
  report(test, text)
}
process.exit(failures > 0 ? 1 : 0)
