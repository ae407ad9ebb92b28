// Checks what a user of the packages gets: packs each, installs all into an empty project, looks at what is in them,
// lints them (publint, attw), type-checks them there with two versions of TypeScript, and runs every export, example and
// program on three versions of Node. `npm run pack:check`
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { readPackages, ROOT } from "./house.js"
import { EXAMPLE_TIMEOUT_MS, findExamples } from "./readme-examples.js"
import { programOf, run } from "./run.js"

/** @import { Package } from "./house.js" */
/** @import { Outcome } from "./run.js" */

const TOOLS = path.join(ROOT, "tools")
const CI = process.env["CI"] !== undefined

const packages = readPackages().filter((each) => each.manifest.private !== true)
const examples = findExamples().filter((each) => each.readme !== "README.md")
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

/**
 * A step that all that follows needs.
 *
 * @param {string} what
 * @param {Promise<Outcome>} running
 */
async function need(what, running) {
  const outcome = await running
  report(what, outcome)
  if (!outcome.ok) throw new Error("stopped: nothing more can be checked")
}

/** @param {readonly string[]} args @param {string} cwd */
function npm(args, cwd) {
  const cli = process.env["npm_execpath"]
  return cli === undefined ? run("npm", args, { cwd }) : run(process.execPath, [cli, ...args], { cwd })
}

/** The exports of a package as a user writes them. @param {Package} each */
function entriesOf({ manifest }) {
  return Object.keys(manifest.exports ?? {}).map((subpath) => path.posix.join(manifest.name, subpath))
}

/** @param {Package} each */
function tarballOf({ manifest }) {
  return `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`
}

/** What an installed package must have, and must not. @param {string} project @param {Package} each */
function checkContents(project, { manifest }) {
  const home = path.join(project, "node_modules", manifest.name)
  const missing = ["README.md", "LICENSE-MIT", "LICENSE-APACHE"].filter((file) => !existsSync(path.join(home, file)))
  const surplus = readdirSync(home, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.test\.|\.tsbuildinfo$|(?:^|\/)(?:node_modules|fixtures|vectors)(?:\/|$)/.test(file.replaceAll(path.sep, "/")),
  )
  report(`${manifest.name}: what is in it`, {
    ok: missing.length === 0 && surplus.length === 0,
    output: [...missing.map((file) => `misses ${file}`), ...surplus.map((file) => `should not have ${file}`)].join(
      "\n",
    ),
  })
}

/** Two linters of packages. @param {string} tarballs @param {Package} each */
async function lint(tarballs, each) {
  const tarball = path.join(tarballs, tarballOf(each))
  report(
    `${each.manifest.name}: publint`,
    await run(process.execPath, [programOf("publint", "publint", TOOLS), "run", "--strict", tarball]),
  )
  const attw = programOf("@arethetypeswrong/cli", "attw", TOOLS)
  report(
    `${each.manifest.name}: attw`,
    await run(process.execPath, [attw, "--profile", "esm-only", "--format", "ascii", "--no-emoji", tarball]),
  )
}

/**
 * Type-checks the examples and an import of every export, as three kinds of user have it. No user is asked to skip the
 * check of declarations.
 *
 * @param {string} project
 */
async function checkTypes(project) {
  const base = { target: "es2022", strict: true, skipLibCheck: false, noEmit: true }
  const bundler = { module: "esnext", moduleResolution: "bundler" }
  const node = { lib: ["es2022"], types: ["node"] }
  const page = { lib: ["es2022", "dom"], types: [], customConditions: ["browser"] }
  const users = {
    "Node's resolution": {
      include: ["exports.ts", "examples"],
      compilerOptions: { ...base, ...node, module: "nodenext" },
    },
    "a bundler's resolution": {
      include: ["exports.ts", "examples"],
      compilerOptions: { ...base, ...node, ...bundler },
    },
    "a page, without Node's types": { include: ["page.ts"], compilerOptions: { ...base, ...page, ...bundler } },
  }
  const compilers = {
    "TypeScript 7": programOf("typescript", "tsc"),
    "TypeScript 5.9": programOf("typescript-5", "tsc", TOOLS),
  }
  for (const [user, tsconfig] of Object.entries(users)) {
    writeFileSync(path.join(project, "tsconfig.json"), JSON.stringify(tsconfig))
    for (const [compiler, tsc] of Object.entries(compilers)) {
      report(`types, ${user}, ${compiler}`, await run(process.execPath, [tsc, "-p", "."], { cwd: project }))
    }
  }
}

/** Runs all that can be run, on one Node. @param {string} project @param {string} node */
async function runOn(project, node) {
  const { output: version } = await run(node, ["--version"])
  const cwd = project
  report(`Node ${version}: every export loads`, await run(node, ["exports.js"], { cwd, timeoutMs: EXAMPLE_TIMEOUT_MS }))
  for (const { readme, name } of examples) {
    const outcome = await run(node, [`examples/${name}.js`], { cwd, timeoutMs: EXAMPLE_TIMEOUT_MS })
    report(`Node ${version}: the example of ${readme}`, outcome)
  }
  for (const { manifest } of packages) {
    for (const [program, file] of Object.entries(manifest.bin ?? {})) {
      const args = [path.join("node_modules", manifest.name, file), "--help"]
      report(`Node ${version}: ${program} --help`, await run(node, args, { cwd, timeoutMs: EXAMPLE_TIMEOUT_MS }))
    }
  }
}

/** The Nodes to run on: this one, and those that tools/ brings for this platform. */
function nodes() {
  const others = ["node-22", "node-24"].flatMap((name) => {
    const binary = path.join(TOOLS, "node_modules", name, "bin", "node")
    if (existsSync(binary)) return [binary]
    const reason = `${name}: the package has no binary for ${process.platform} on ${process.arch}`
    if (CI) report(reason, { ok: false, output: "" })
    else console.log(`skip    ${reason}`)
    return []
  })
  return [process.execPath, ...others]
}

/** @param {string} folder */
async function check(folder) {
  const project = path.join(folder, "project")
  const tarballs = path.join(folder, "tarballs")
  mkdirSync(path.join(project, "examples"), { recursive: true })
  mkdirSync(tarballs)

  if (!existsSync(path.join(TOOLS, "node_modules"))) await need("install tools/", npm(["ci"], TOOLS))
  await need("build", run(process.execPath, [programOf("typescript", "tsc"), "-b", "tsconfig.packages.json"]))
  const workspaces = packages.flatMap((each) => ["--workspace", each.folder])
  await need("pack", npm(["pack", "--pack-destination", tarballs, ...workspaces], ROOT))

  const dependencies = Object.fromEntries(
    packages.map((each) => [each.manifest.name, `file:../tarballs/${tarballOf(each)}`]),
  )
  const devDependencies = { "@types/node": "20.19.43" }
  writeFileSync(
    path.join(project, "package.json"),
    JSON.stringify({ type: "module", private: true, dependencies, devDependencies }),
  )
  await need("install into an empty project", npm(["install", "--no-audit", "--no-fund"], project))

  const entries = packages.flatMap(entriesOf)
  const inPage = packages
    .filter((each) => each.folder.startsWith("packages/"))
    .flatMap(entriesOf)
    .filter((entry) => !entry.endsWith("/node"))
  /** @param {readonly string[]} names */
  const importAll = (names) =>
    names.map((name) => `export * as ${name.replaceAll(/\W+/g, "_")} from "${name}"\n`).join("")
  writeFileSync(path.join(project, "exports.ts"), importAll(entries))
  writeFileSync(path.join(project, "exports.js"), importAll(entries))
  writeFileSync(path.join(project, "page.ts"), importAll(inPage))
  for (const { name, code } of examples) writeFileSync(path.join(project, "examples", `${name}.ts`), code)

  for (const each of packages) {
    checkContents(project, each)
    await lint(tarballs, each)
  }
  await checkTypes(project)
  const emit = [
    "--outDir",
    "examples",
    "--module",
    "nodenext",
    "--target",
    "es2022",
    "--types",
    "node",
    "--skipLibCheck",
  ]
  const sources = examples.map(({ name }) => `examples/${name}.ts`)
  if (sources.length > 0)
    await need(
      "compile the examples",
      run(process.execPath, [programOf("typescript", "tsc"), "--ignoreConfig", ...emit, ...sources], { cwd: project }),
    )
  for (const node of nodes()) await runOn(project, node)
}

const folder = mkdtempSync(path.join(tmpdir(), "dchat-pack-"))
try {
  await check(folder)
} catch (error) {
  console.log(/** @type {Error} */ (error).message)
} finally {
  rmSync(folder, { recursive: true })
}
console.log(failures === 0 ? "\nthe packages are fit to ship" : `\n${failures} failed`)
process.exitCode = failures === 0 ? 0 : 1
