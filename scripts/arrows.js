// Checks that the arrows of the house point down: between packages, between the folders of a package, between files.
// `node scripts/arrows.js` prints what breaks a rule as file:line, the arrow, and why.
import { existsSync } from "node:fs"
import { isBuiltin } from "node:module"
import path from "node:path"
import { findCycles } from "./cycles.js"
import { isMain, readJson, readPackages, ROOT } from "./house.js"
import { readSources, resolveImport } from "./imports.js"

/** @import { Manifest, Package } from "./house.js" */
/** @import { Import, SourceFile } from "./imports.js" */

/**
 * Who may import whom. `net` and `jsonrpc` do not know each other, `wire` and `runtime` know nobody.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const ARROWS = {
  runtime: [],
  task: ["runtime"],
  wire: [],
  jsonrpc: ["runtime", "task"],
  "jsonrpc-conformance": ["runtime", "task", "jsonrpc"],
  net: ["runtime", "task", "wire"],
  eventgraph: ["runtime", "task", "wire", "net"],
  chat: ["runtime", "task", "wire", "net", "eventgraph"],
  sim: ["runtime", "task", "wire", "net", "eventgraph", "chat"],
  web: ["runtime", "task", "jsonrpc"],
  dchat: ["runtime", "task", "wire", "jsonrpc", "net", "eventgraph", "chat", "sim"],
  examples: ["runtime", "task", "wire", "jsonrpc", "net", "eventgraph", "chat"],
}

/** The simulator serves tests, benches and `dchat sim`; no other code that ships may need it. */
const SIM_COMMAND = /^src\/(?:[\w-]+\/)*sim(?:\/|\.)/

/** Folders that know one platform. Only themselves and `platform/`, which chooses, import from them. */
const PLATFORM_FOLDERS = ["node", "browser"]

/**
 * A rule that is broken.
 *
 * @typedef {object} Problem
 * @property {string} file Relative to the root.
 * @property {number} line From 1.
 * @property {string} arrow Who imports whom.
 * @property {string} why
 */

/**
 * All that breaks the arrows, sorted by file.
 *
 * @param {string} root
 * @returns {Problem[]}
 */
export function checkArrows(root) {
  const packages = readPackages(root)
  const byName = new Map(packages.map((each) => [each.manifest.name, each]))
  const rootManifest = readJson(path.join(root, "package.json"))
  // The examples are no workspace: they stand where a user's program would, and have every package at hand.
  const examples = { room: "examples", folder: "examples", manifest: rootManifest }
  const rooms = existsSync(path.join(root, "examples")) ? [...packages, examples] : packages

  const problems = rooms.flatMap((from) => {
    const files = readSources(path.join(root, from.folder))
    const house = { root, byName, rootManifest, from }
    return [
      ...manifestProblems(house),
      ...files.flatMap((file) => file.imports.flatMap((each) => importProblems(house, file, each))),
      ...findCycles(files).map(({ file, line, circle }) => ({
        file: `${from.folder}/${file}`,
        line,
        arrow: circle.join(" -> "),
        why: "these files import each other in a circle",
      })),
    ]
  })
  return problems.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line)
}

/**
 * What the rules look at.
 *
 * @typedef {object} House
 * @property {string} root
 * @property {ReadonlyMap<string, Package>} byName
 * @property {Manifest} rootManifest
 * @property {Package} from The package whose imports are judged.
 */

/**
 * A package's dependencies go down, exist at that version, and are built before it.
 *
 * @param {House} house
 * @returns {Problem[]}
 */
function manifestProblems({ root, byName, from }) {
  const file = `${from.folder}/package.json`
  const allowed = ARROWS[from.room]
  if (allowed === undefined) {
    return [
      { file, line: 1, arrow: from.room, why: "a room that is not in the plan: add it to ARROWS in scripts/arrows.js" },
    ]
  }

  /** @type {Problem[]} */
  const problems = []
  const dependencies = Object.entries(from.manifest.dependencies ?? {})
  for (const [name, version] of dependencies) {
    const to = byName.get(name)
    /** @param {string} why */
    const complain = (why) => problems.push({ file, line: 1, arrow: `${from.room} -> ${to?.room ?? name}`, why })
    if (!/^\d+\.\d+\.\d+/.test(version)) complain(`versions are exact, and "${version}" is not`)
    else if (to !== undefined && version !== to.manifest.version) {
      complain(`asks for ${version}, but the house has ${to.manifest.version}`)
    }
    if (to !== undefined && !allowed.includes(to.room)) complain(arrowsOf(from.room))
  }

  const tsconfig = `${from.folder}/tsconfig.json`
  if (!existsSync(path.join(root, tsconfig))) return problems
  const built = referencesOf(root, tsconfig)
  const needed = new Set(dependencies.flatMap(([name]) => byName.get(name)?.folder ?? []))
  /** @param {string} folder @param {string} why */
  const complain = (folder, why) =>
    problems.push({ file: tsconfig, line: 1, arrow: `${from.room} -> ${path.basename(folder)}`, why })
  if (!referencesOf(root, "tsconfig.packages.json").has(from.folder)) {
    problems.push({ file: "tsconfig.packages.json", line: 1, arrow: from.room, why: "a package that is not built" })
  }
  for (const folder of needed) if (!built.has(folder)) complain(folder, "a dependency that is not among its references")
  for (const folder of built)
    if (!needed.has(folder)) complain(folder, "a reference that is not among its dependencies")
  return problems
}

/** The folders that a tsconfig.json refers to. @param {string} root @param {string} tsconfig */
function referencesOf(root, tsconfig) {
  /** @type {{ references?: { path: string }[] }} */
  const { references = [] } = readJson(path.join(root, tsconfig))
  return new Set(references.map((reference) => path.posix.join(path.posix.dirname(tsconfig), reference.path)))
}

/**
 * @param {House} house
 * @param {SourceFile} file
 * @param {Import} each
 * @returns {Problem[]}
 */
function importProblems(house, file, { specifier, line }) {
  const { from } = house
  /** @param {string} to @param {string | undefined} why */
  const problem = (to, why) =>
    why === undefined ? [] : [{ file: `${from.folder}/${file.path}`, line, arrow: `${from.room} -> ${to}`, why }]

  if (specifier === undefined) {
    return isTest(file.path) ? [] : problem("?", "a computed import cannot be checked")
  }
  if (specifier.startsWith(".")) return problem(specifier, whyNotFile(file.path, resolveImport(file.path, specifier)))
  if (isBuiltin(specifier) || specifier.startsWith("#")) return []

  const [name, subpath] = splitSpecifier(specifier)
  const to = house.byName.get(name)
  if (to === undefined) return problem(name, whyUndeclared(house, file.path, name))
  return problem(specifier, whyNotPackage(house, file.path, to, subpath))
}

/**
 * Why one file may not import another of its package, if so.
 *
 * @param {string} from
 * @param {string} to
 */
function whyNotFile(from, to) {
  if (to.startsWith("../")) return "a path into another package: import the package by its name"
  if (isTest(from)) return undefined
  if (path.posix.basename(to) === "index.ts" && path.posix.basename(from) !== "index.ts") {
    return "index.ts is for the package's users: import the file that has what is needed"
  }
  if (isTest(to)) return "a test is no part of the package"
  const platform = platformOf(to)
  if (platform !== undefined && platformOf(from) !== platform && !isPlatformChoice(from)) {
    return `only ${platform}/ itself and platform/ import from ${platform}/`
  }
  return undefined
}

/**
 * Why a file may not import another package of the house, if so.
 *
 * @param {House} house
 * @param {string} file
 * @param {Package} to
 * @param {string} subpath
 */
function whyNotPackage(house, file, to, subpath) {
  const { from } = house
  const test = isTest(file)
  if (to === from) return test ? undefined : "inside a package, import by path"
  const usesSim = to.room === "sim" && (test || SIM_COMMAND.test(file))
  if (to.room === "sim" && !usesSim) return "nothing imports sim but tests, benches and `dchat sim`"
  if (!usesSim && !ARROWS[from.room]?.includes(to.room)) return arrowsOf(from.room)
  if (!Object.hasOwn(to.manifest.exports ?? {}, subpath)) return `${to.manifest.name} does not export "${subpath}"`
  const undeclared = whyUndeclared(house, file, to.manifest.name)
  if (undeclared !== undefined && from.room !== "examples") return undeclared

  const platform = PLATFORM_FOLDERS.find((folder) => subpath === `./${folder}`)
  const isProgram = from.folder.startsWith("apps/")
  if (platform !== undefined && !test && !isProgram && platformOf(file) !== platform && !isPlatformChoice(file)) {
    return `only ${platform}/ folders, platform/ and the programs import ${path.posix.join(to.manifest.name, subpath)}`
  }
  return undefined
}

/**
 * Why a file may not count on another package being there, if so. Tests have the root's packages too.
 *
 * @param {House} house
 * @param {string} file
 * @param {string} name
 */
function whyUndeclared({ from, rootManifest }, file, name) {
  const test = isTest(file)
  if (isDeclared(from.manifest, name, test) || (test && isDeclared(rootManifest, name, true))) return undefined
  return `not among the dependencies of ${from.folder}/package.json`
}

/**
 * `@dchat/runtime/node` is the package `@dchat/runtime` and its export `./node`.
 *
 * @param {string} specifier
 * @returns {[string, string]}
 */
function splitSpecifier(specifier) {
  const segments = specifier.split("/")
  const rest = segments.splice(specifier.startsWith("@") ? 2 : 1)
  return [segments.join("/"), [".", ...rest].join("/")]
}

/** @param {Manifest} manifest @param {string} name @param {boolean} alsoDev */
function isDeclared(manifest, name, alsoDev) {
  return (
    Object.hasOwn(manifest.dependencies ?? {}, name) || (alsoDev && Object.hasOwn(manifest.devDependencies ?? {}, name))
  )
}

/** Tests, and all that lies beside src/ and bin/ (benches, fuzzers), never reach a user. @param {string} file */
function isTest(file) {
  return /\.test(?:-kit)?\.[cm]?[jt]sx?$/.test(file) || !/^(?:src|bin|dist)\//.test(file)
}

/** What stands in bin/ is started by Node. @param {string} file */
function platformOf(file) {
  if (file.startsWith("bin/")) return "node"
  return PLATFORM_FOLDERS.find((folder) => file.split("/").slice(0, -1).includes(folder))
}

/** @param {string} file */
function isPlatformChoice(file) {
  return file.split("/").includes("platform")
}

/** @param {string} room */
function arrowsOf(room) {
  const allowed = ARROWS[room] ?? []
  return allowed.length === 0
    ? `${room} imports no other package of the house`
    : `${room} imports only ${allowed.join(", ")}`
}

if (isMain(import.meta.url)) {
  try {
    const problems = checkArrows(ROOT)
    for (const { file, line, arrow, why } of problems) console.log(`${file}:${line}  ${arrow}\n  ${why}`)
    if (problems.length > 0)
      throw new Error(`${problems.length} ${problems.length === 1 ? "arrow points" : "arrows point"} the wrong way`)
  } catch (error) {
    console.log(`\n${/** @type {Error} */ (error).message}`)
    process.exitCode = 1
  }
}
