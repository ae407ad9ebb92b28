// Runs the example of every README and every program of examples/ against the built packages, on the Node that runs this:
// it must type-check, end by itself, without an error, in 20 seconds, and print what it says. All other `ts` blocks of those
// pages must type-check. `npm run examples`
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
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

/** Before the lines that a program of examples/ prints, as a comment at its end. */
const OUTPUT = "\n// Output:\n"

/**
 * What a program of examples/ says that it prints; `undefined` for a module that is none.
 *
 * @param {string} code
 */
export function outputOf(code) {
  return code
    .split(OUTPUT)[1]
    ?.trimEnd()
    .replaceAll(/^\/\/ ?/gm, "")
}

/**
 * The programs of examples/, by their paths relative to it, with what they print.
 *
 * @param {string} [root]
 */
export function findPrograms(root = ROOT) {
  const folder = path.join(root, "examples")
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .toSorted()
    .flatMap((file) => {
      const output = outputOf(readFileSync(path.join(folder, file), "utf8"))
      return output === undefined ? [] : [{ file, output }]
    })
}

/**
 * The first `ts` block of each workspace's README, and every `ts` block of the root's README and of the pages in docs/ after
 * a line `<!-- example -->`.
 *
 * @param {string} [root]
 * @returns {Example[]}
 */
export function findExamples(root = ROOT) {
  const ofPackages = readPackages(root).flatMap(({ room, folder }) => {
    const code = readIfThere(path.join(root, folder, "README.md")).match(/^```ts\n(.*?)^```$/ms)?.[1]
    return code === undefined ? [] : [{ readme: `${folder}/README.md`, name: room, code }]
  })
  const docs = path.join(root, "docs")
  const pages = existsSync(docs) ? readdirSync(docs).filter((file) => file.endsWith(".md")) : []
  return [
    ...ofPackages,
    ...markedExamples(root, "README.md", "root"),
    ...pages.flatMap((page) => markedExamples(root, `docs/${page}`, `docs-${path.basename(page, ".md")}`)),
  ]
}

/**
 * @param {string} root
 * @param {string} readme
 * @param {string} name
 * @returns {Example[]}
 */
function markedExamples(root, readme, name) {
  const marked = readIfThere(path.join(root, readme)).matchAll(/^<!-- example -->\n+```ts\n(.*?)^```$/gms)
  return Array.from(marked, ([, code = ""], index) => ({ readme, name: `${name}-${index + 1}`, code }))
}

/**
 * The `ts` blocks of a page that are not run, as one module: what an earlier one declares a later one may use, or declare
 * anew. What a reader can think of but the compiler cannot (imports, a `url` that is there) stands in comments that begin
 * with `<!-- types`, for the whole page.
 *
 * @param {string} page Markdown.
 * @param {readonly string[]} run The code of its examples.
 */
export function fragmentsOf(page, run) {
  const top = []
  let body = ""
  let depth = 0
  for (const [, hidden, shown] of page.matchAll(/^<!-- types\n(.*?)^-->$|^```ts\n(.*?)^```$/gms)) {
    if (hidden !== undefined) top.push(hidden)
    if (shown === undefined || run.includes(shown)) continue
    top.push(...(shown.match(IMPORT) ?? []))
    body += `{\n${shown.replaceAll(IMPORT, "")}\n`
    depth += 1
  }
  return depth === 0 ? undefined : `${top.join("")}export {}\n${body}${"}".repeat(depth)}\n`
}

const IMPORT = /^import [^;]*?from "[^"]+"\n/gm

/**
 * The pages that have such blocks, each as an example that is not run.
 *
 * @param {readonly Example[]} examples
 * @param {string} [root]
 * @returns {Example[]}
 */
export function findFragments(examples, root = ROOT) {
  const docs = path.join(root, "docs")
  const pages = existsSync(docs) ? readdirSync(docs).filter((file) => file.endsWith(".md")) : []
  const readmes = [
    "README.md",
    ...readPackages(root).map(({ folder }) => `${folder}/README.md`),
    ...pages.map((page) => `docs/${page}`),
  ]
  return readmes.flatMap((readme) => {
    const run = examples.filter((each) => each.readme === readme).map(({ code }) => code)
    const code = fragmentsOf(readIfThere(path.join(root, readme)), run)
    return code === undefined ? [] : [{ readme, name: `fragments-${readme.replaceAll(/\W+/g, "-")}`, code }]
  })
}

/** @param {string} file */
function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : ""
}

/**
 * @param {readonly Example[]} examples
 * @param {readonly Example[]} fragments
 * @param {ReturnType<typeof findPrograms>} programs
 * @returns {Promise<number>} How many failed.
 */
async function runExamples(examples, fragments, programs) {
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
      rewriteRelativeImportExtensions: true,
    }
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }))
    for (const { name, code } of [...examples, ...fragments]) writeFileSync(path.join(folder, `${name}.ts`), code)
    if (programs.length > 0) {
      const filter = (/** @type {string} */ file) => !file.endsWith(".test.ts")
      cpSync(path.join(ROOT, "examples"), path.join(folder, "examples"), { recursive: true, filter })
    }

    const types = await run(process.execPath, [programOf("typescript", "tsc"), "-p", folder], { cwd: folder })
    if (!types.ok) {
      console.log(types.output)
      return examples.length + programs.length
    }
    const all = [
      ...examples.map(({ readme, name }) => ({ title: readme, file: `${name}.ts`, expected: undefined })),
      ...programs.map(({ file, output }) => ({
        title: `examples/${file}`,
        file: path.join("examples", file),
        expected: output,
      })),
    ]
    for (const { readme } of fragments) console.log(`ok      ${readme.padEnd(36)} types`)
    let failed = 0
    for (const { title, file, expected } of all) {
      const { ok, seconds, output } = await run(process.execPath, [file.replace(/\.ts$/, ".js")], {
        cwd: folder,
        timeoutMs: EXAMPLE_TIMEOUT_MS,
      })
      const isGood = ok && (expected === undefined || output === expected)
      console.log(`${isGood ? "ok    " : "FAILED"}  ${title.padEnd(36)} ${seconds.toFixed(1).padStart(5)} s`)
      if (isGood) continue
      failed += 1
      console.log(output)
      if (ok) console.log(`and not, as it says:\n${expected ?? ""}`)
    }
    return failed
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (isMain(import.meta.url)) {
  const examples = findExamples()
  const programs = findPrograms()
  const readmes = new Set(examples.map((example) => example.readme))
  const missing = readPackages()
    .map(({ folder }) => `${folder}/README.md`)
    .filter((readme) => readme.startsWith("packages/") && !readmes.has(readme))
  for (const readme of missing) console.log(`FAILED  ${readme} has no example`)
  const failed = await runExamples(examples, findFragments(examples), programs)
  console.log(
    `${examples.length + programs.length - failed} examples ran, ${failed} failed, on Node ${process.versions.node}`,
  )
  process.exitCode = failed + missing.length === 0 ? 0 : 1
}
