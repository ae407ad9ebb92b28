// Times the compiler on a contract of 500 methods, all called through its client and all handled by its router, and on the
// same as signatures: `node scripts/type-speed.js`. Fails above 2 s. Wants the built package.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { ROOT } from "./house.js"
import { programOf, run } from "./run.js"

const METHODS = 500
const LIMIT_S = 2
const ROUNDS = 3

const numbers = Array.from({ length: METHODS }, (_, index) => index)
const imports = `import { boolean, contract, error, list, method, nullable, number, object, optional, oneOf, string, signatures, client, router, type Connection } from "@dchat/jsonrpc"
declare const connection: Connection
`

const USE = `export const api = client(connection, methods)
${numbers.map((index) => `export const call${index} = api.m${index}`).join("\n")}
export const served = router(methods, {
${numbers.map((index) => `  m${index}: (params) => { void params; throw new Error("no") },`).join("\n")}
})
`

const programs = {
  nothing: `${imports}export const made = [boolean, contract, error, list, method, nullable, number, object, optional, oneOf, string, signatures, client, router, connection]\n`,
  contract: `${imports}
const methods = contract({
${numbers.map(definitionOf).join("\n")}
})
${USE}`,
  signatures: `${imports}
const methods = signatures(\`
${numbers.map(signatureOf).join("\n")}
\`)
${USE}`,
}

/** @param {number} index */
function definitionOf(index) {
  return index % 2 === 0
    ? `  m${index}: method({ params: [["a", string], ["b", optional(number)]], result: list(object({ id: number, name: nullable(string) })), errors: { bad: error(${1000 + index}) } }),`
    : `  m${index}: method({ params: { room: string, limit: optional(number) }, result: oneOf(boolean, object({ at: number })) }),`
}

/** @param {number} index */
function signatureOf(index) {
  return index % 2 === 0
    ? `m${index}(a: string, b?: number): { id: number, name: string | null }[]`
    : `m${index}(room: string, limit?: number): boolean | { at: number }`
}

const folder = mkdtempSync(path.join(tmpdir(), "dchat-types-"))
try {
  symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"), "junction")
  writeFileSync(path.join(folder, "package.json"), `{ "type": "module" }`)
  const compilerOptions = {
    module: "nodenext",
    target: "es2022",
    lib: ["es2022", "esnext.disposable", "dom"],
    types: [],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  }
  for (const [name, code] of Object.entries(programs)) {
    writeFileSync(path.join(folder, `${name}.ts`), code)
    writeFileSync(path.join(folder, `${name}.json`), JSON.stringify({ compilerOptions, files: [`${name}.ts`] }))
    let best = Infinity
    for (let round = 0; round < ROUNDS; round++) {
      const { ok, seconds, output } = await run(
        process.execPath,
        [programOf("typescript", "tsc"), "-p", `${name}.json`],
        { cwd: folder },
      )
      if (!ok) throw new Error(output.slice(0, 2000))
      best = Math.min(best, seconds)
    }
    console.log(`${name.padEnd(12)} ${best.toFixed(2)} s`)
    if (best > LIMIT_S) process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true })
}
