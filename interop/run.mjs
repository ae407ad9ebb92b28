/**
 * Our JSON-RPC against programs that others wrote, both ways where they have two.
 *
 *     npm run interop
 *
 * Installs what it needs into this folder, runs every case, prints a table. Without Python its part is skipped, with the
 * reason; with CI=true a skip is a failure.
 */
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { isDeepStrictEqual } from "node:util"
import { fileURLToPath } from "node:url"
import { installIn } from "../scripts/install.js"
import { disposal } from "./disposal.mjs"

const HERE = fileURLToPath(new URL(".", import.meta.url))
const CASE_MS = 30_000

/** Gives why the Python part cannot run, if it cannot. */
function installPython() {
  if (existsSync(`${HERE}.venv/ready`)) return undefined
  try {
    execFileSync("python3", ["-m", "venv", `${HERE}.venv`], { stdio: "pipe" })
    const pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", `${HERE}trio/requirements.txt`]
    execFileSync(`${HERE}.venv/bin/python`, pip, { stdio: "pipe" })
    execFileSync("touch", [`${HERE}.venv/ready`])
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

installIn(HERE)
const whyNoPython = installPython()
const load = async (name) => (await import(`./cases/${name}.mjs`)).default
const trio = await load("trio")
const others = await Promise.all(["lines-and-headers", "websocket", "language-servers"].map(load))
let failures = 0
for (const test of others.flat()) {
  const { ok, text } = await run(test)
  if (!ok) failures++
  report(test, text)
}
for (const test of trio) {
  const { ok, text } =
    whyNoPython === undefined ? await run(test) : { ok: process.env["CI"] !== "true", text: `skipped: ${whyNoPython}` }
  if (!ok) failures++
  report(test, text)
}
process.exit(failures > 0 ? 1 : 0)
