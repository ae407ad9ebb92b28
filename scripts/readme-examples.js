// Runs the example of every README against the built packages, on the Node that runs this: it must type-check, and
// end by itself, without an error, in 20 seconds. `npm run examples`
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { isMain, readPackages, ROOT } from "./house.js"
import { programOf, run } from "./run.js"

/** How long an example may take, in milliseconds. */
export const EXAMPLE_TIMEOUT_MS = 20_000

/**
 * @typedef {object} Example
 * @property {string} readme Relative to the root.
 * @property {string} name A file name without an ending.
 * @property {string} code TypeScript.
 */

/**
 * The first `ts` block of each workspace's README, and every `ts` block of the root's README after a line
 * `<!-- example -->`.
 *
 * @param {string} [root]
 * @returns {Example[]}
 */
export function findExamples(root = ROOT) {
  const ofPackages = readPackages(root).flatMap(({ room, folder }) => {
    const code = readIfThere(path.join(root, folder, "README.md")).match(/^```ts\n(.*?)^```$/ms)?.[1]
    return code === undefined ? [] : [{ readme: `${folder}/README.md`, name: room, code }]
  })
  const marked = readIfThere(path.join(root, "README.md")).matchAll(/^<!-- example -->\n+```ts\n(.*?)^```$/gms)
  const ofRoot = Array.from(marked, ([, code = ""], index) => ({
    readme: "README.md",
    name: `root-${index + 1}`,
    code,
  }))
  return [...ofPackages, ...ofRoot]
}

/** @param {string} file */
function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : ""
}

/** @param {readonly Example[]} examples @returns {Promise<number>} How many failed. */
async function runExamples(examples) {
  const folder = mkdtempSync(path.join(tmpdir(), "dchat-examples-"))
  try {
    symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"), "junction")
    writeFileSync(path.join(folder, "package.json"), `{ "type": "module" }`)
    const compilerOptions = {
      module: "nodenext",
      target: "es2022",
      lib: ["es2022"],
      types: ["node"],
      strict: true,
      skipLibCheck: true,
    }
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }))
    for (const { name, code } of examples) writeFileSync(path.join(folder, `${name}.ts`), code)

    const types = await run(process.execPath, [programOf("typescript", "tsc"), "-p", folder], { cwd: folder })
    if (!types.ok) {
      console.log(types.output)
      return examples.length
    }
    let failed = 0
    for (const { readme, name } of examples) {
      const { ok, seconds, output } = await run(process.execPath, [`${name}.js`], {
        cwd: folder,
        timeoutMs: EXAMPLE_TIMEOUT_MS,
      })
      console.log(`${ok ? "ok    " : "FAILED"}  ${readme.padEnd(28)} ${seconds.toFixed(1).padStart(5)} s`)
      if (ok) continue
      failed += 1
      console.log(output)
    }
    return failed
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (isMain(import.meta.url)) {
  const examples = findExamples()
  const readmes = new Set(examples.map((example) => example.readme))
  const missing = readPackages()
    .map(({ folder }) => `${folder}/README.md`)
    .filter((readme) => readme.startsWith("packages/") && !readmes.has(readme))
  for (const readme of missing) console.log(`FAILED  ${readme} has no example`)
  const failed = await runExamples(examples)
  console.log(`${examples.length - failed} examples ran, ${failed} failed, on Node ${process.versions.node}`)
  process.exitCode = failed + missing.length === 0 ? 0 : 1
}
