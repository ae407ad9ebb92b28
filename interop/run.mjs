/**
 * Our JSON-RPC, and our p2p wire, against programs that others wrote, both ways where they have two.
 *
 *     npm run interop
 *
 * Installs what it needs into this folder, runs every case, prints a table. Without Python or without Rust its part is
 * skipped, with the reason; with CI=true a skip for want of Python is a failure.
 */
import { isDeepStrictEqual } from "node:util"
import { fileURLToPath } from "node:url"
import { installIn } from "../scripts/install.js"
import { disposal } from "./disposal.mjs"
import { buildRust, installPython } from "./toolchains.mjs"

const HERE = fileURLToPath(new URL(".", import.meta.url))
const CASE_MS = 30_000

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
const rust = buildRust()
installIn(HERE)
const parts = [
  { names: ["lines-and-headers", "tls", "http-clients", "websocket", "ethereum", "mcp", "language-servers"] },
  { names: ["python"], outcome: await python },
  { names: ["rustls", "rustls-ends"], outcome: await rust },
]
let failures = 0
for (const { names, outcome } of parts) {
  const cases = await Promise.all(names.map(async (name) => (await import(`./cases/${name}.mjs`)).default))
  for (const test of cases.flat()) {
    const { ok, text } = outcome ?? (await run(test))
    if (!ok) failures++
    report(test, text)
  }
}
process.exit(failures > 0 ? 1 : 0)
