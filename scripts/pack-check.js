// Checks what a user of the packages gets: packs each, installs all into an empty project, looks at what is in them,
// lints them (publint, attw), type-checks them there with two versions of TypeScript, and runs every export, example and
// program on three versions of Node. `npm run pack:check`
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { readJson, readPackages, ROOT } from "./house.js"
import { findNodes, installTools, npm, TOOLS } from "./tools.js"
import { EXAMPLE_TIMEOUT_MS, findExamples } from "./readme-examples.js"
import { programOf, run } from "./run.js"

/** @import { Package } from "./house.js" */
/** @import { Outcome } from "./run.js" */

const packages = readPackages().filter((each) => each.manifest.private !== true)
const privates = readPackages().filter((each) => each.manifest.private === true)
// Users have the packed packages, not the house and what it keeps for itself.
const unseen = new Set(["README.md", ...privates.map((each) => `${each.folder}/README.md`)])
const examples = findExamples().filter((each) => !unseen.has(each.readme))
let failures = 0

/**
 * Says how one check ended.
 *
 * @param {string} what
 * @param {Pick<Outcome, "ok" | "output">} outcome
 */
function report(what, { ok, output }) {
  console.log(`${ok ? "ok    " : "FAILED"}  ${what}`)
  if (ok) return
  failures += 1
  console.log(output)
}

/** A step that all others need. @param {Promise<Outcome>} running */
async function need(running) {
  const { ok, output } = await running
  if (!ok) throw new Error(output)
}

/** The exports of a package as a user writes them. @param {Package} each */
function entriesOf({ manifest }) {
  return Object.keys(manifest.exports ?? {}).map((subpath) => path.posix.join(manifest.name, subpath))
}

/** @param {Package} each */
function tarballOf({ manifest }) {
  return `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`
}

/**
 * Packs every package, and installs them all into a project that has nothing else.
 *
 * @param {string} tarballs The folder to pack into.
 * @param {string} project The project's folder.
 */
async function install(tarballs, project) {
  await need(run(process.execPath, [programOf("typescript", "tsc"), "-b", "tsconfig.packages.json"]))
  const workspaces = packages.flatMap((each) => ["--workspace", each.folder])
  await need(npm(["pack", "--pack-destination", tarballs, ...workspaces], ROOT))

  const files = packages.map((each) => [each.manifest.name, `file:${path.join(tarballs, tarballOf(each))}`])
  const manifest = {
    private: true,
    type: "module",
    dependencies: Object.fromEntries(files),
    devDependencies: { "@types/node": readJson(path.join(ROOT, "package.json")).devDependencies["@types/node"] },
  }
  writeFileSync(path.join(project, "package.json"), JSON.stringify(manifest))
  await need(npm(["install", "--no-audit", "--no-fund"], project))
}

/** What an installed package must have, and must not. @param {string} project @param {Package} each */
function checkContents(project, { manifest }) {
  const home = path.join(project, "node_modules", manifest.name)
  const missing = ["README.md", "LICENSE-MIT", "LICENSE-APACHE"].filter((file) => !existsSync(path.join(home, file)))
  const surplus = readdirSync(home, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.test(?:-kit)?\.|\.tsbuildinfo$|\b(?:node_modules|fixtures|vectors)$/.test(file),
  )
  const output = [...missing.map((file) => `misses ${file}`), ...surplus.map((file) => `should not have ${file}`)]
  report(`${manifest.name}: what is in it`, { ok: output.length === 0, output: output.join("\n") })
}

/** Two linters of packages. @param {string} tarballs @param {Package} each */
async function lint(tarballs, each) {
  const tarball = path.join(tarballs, tarballOf(each))
  const publint = [programOf("publint", "publint", TOOLS), "run", "--strict"]
  const attw = [programOf("@arethetypeswrong/cli", "attw", TOOLS), "--profile", "esm-only", "--format", "ascii"]
  report(`${each.manifest.name}: publint`, await run(process.execPath, [...publint, tarball]))
  report(`${each.manifest.name}: attw`, await run(process.execPath, [...attw, tarball]))
}

/**
 * Type-checks the examples and an import of every export, as three kinds of user have them, none of whom is asked to
 * skip the check of declarations. Leaves in `out/` what `runOn` runs.
 *
 * @param {string} project
 */
async function checkTypes(project) {
  /** @param {readonly string[]} entries */
  const importAll = (entries) =>
    entries.map((entry) => `export * as ${entry.replaceAll(/\W+/g, "_")} from "${entry}"\n`).join("")
  const libraries = packages.filter((each) => each.folder.startsWith("packages/"))
  const inPage = libraries.flatMap(entriesOf).filter((entry) => !entry.endsWith("/node"))
  mkdirSync(path.join(project, "examples"))
  writeFileSync(path.join(project, "exports.ts"), importAll(packages.flatMap(entriesOf)))
  writeFileSync(path.join(project, "page.ts"), importAll(inPage))
  for (const { name, code } of examples) writeFileSync(path.join(project, "examples", `${name}.ts`), code)

  const all = { target: "es2022", strict: true, skipLibCheck: false, noEmit: true }
  const bundler = { ...all, module: "esnext", moduleResolution: "bundler" }
  const onNode = { lib: ["es2022"], types: ["node"] }
  const onPage = { lib: ["es2022", "dom"], types: [], customConditions: ["browser"] }
  const nodeFiles = ["exports.ts", "examples"]
  const users = {
    "a page, a bundler's resolution": { include: ["page.ts"], compilerOptions: { ...bundler, ...onPage } },
    "Node, a bundler's resolution": { include: nodeFiles, compilerOptions: { ...bundler, ...onNode } },
    "Node, Node's resolution": {
      include: nodeFiles,
      compilerOptions: { ...all, ...onNode, module: "nodenext", noEmit: false, rootDir: ".", outDir: "out" },
    },
  }
  const compilers = {
    "TypeScript 5.9": programOf("typescript-5", "tsc", TOOLS),
    "TypeScript 7": programOf("typescript", "tsc"),
  }
  for (const [user, tsconfig] of Object.entries(users)) {
    writeFileSync(path.join(project, "tsconfig.json"), JSON.stringify(tsconfig))
    for (const [compiler, tsc] of Object.entries(compilers)) {
      report(`types for ${user}, ${compiler}`, await run(process.execPath, [tsc, "-p", "."], { cwd: project }))
    }
  }
}

/** Runs all that can be run, on one Node. @param {string} project @param {string} node */
async function runOn(project, node) {
  const { output: version } = await run(node, ["--version"])
  /** @param {readonly string[]} args */
  const start = (...args) => run(node, args, { cwd: project, timeoutMs: EXAMPLE_TIMEOUT_MS })

  report(`${version}: every export loads`, await start("out/exports.js"))
  for (const { readme, name } of examples) report(`${version}: ${readme}`, await start(`out/examples/${name}.js`))
  for (const { manifest } of packages) {
    for (const [program, file] of Object.entries(manifest.bin ?? {})) {
      report(`${version}: ${program} --help`, await start(`node_modules/${manifest.name}/${file}`, "--help"))
    }
  }
}

const folder = mkdtempSync(path.join(tmpdir(), "dchat-pack-"))
const tarballs = path.join(folder, "tarballs")
const project = path.join(folder, "project")
mkdirSync(tarballs)
mkdirSync(project)
try {
  await installTools()
  await install(tarballs, project)
  for (const each of packages) {
    checkContents(project, each)
    await lint(tarballs, each)
  }
  await checkTypes(project)
  const { binaries, missing } = findNodes()
  for (const binary of binaries) await runOn(project, binary)
  for (const reason of missing) {
    if (process.env["CI"] === undefined) console.log(`skip    ${reason}`)
    else report(reason, { ok: false, output: "CI runs on all three" })
  }
} catch (error) {
  report("the check itself", { ok: false, output: /** @type {Error} */ (error).message })
} finally {
  rmSync(folder, { recursive: true })
}
console.log(failures === 0 ? "\nthe packages are fit to ship" : `\n${failures} failed`)
process.exitCode = failures === 0 ? 0 : 1
