import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { parseSync, Visitor } from "oxc-parser"

/**
 * One import, re-export, dynamic import or import type.
 *
 * @typedef {object} Import
 * @property {string | undefined} specifier `undefined` when it is computed.
 * @property {number} line From 1.
 */

/**
 * A file of a package, and what it imports.
 *
 * @typedef {object} SourceFile
 * @property {string} path Relative to the package, with slashes: `src/node/clock.ts`.
 * @property {Import[]} imports In the order of the text.
 */

const SKIPPED = new Set(["node_modules", "dist", "fixtures", "vectors", "coverage"])

/**
 * Every file of code below `folder`.
 *
 * @param {string} folder
 * @returns {SourceFile[]}
 */
export function readSources(folder) {
  return listFiles(folder).map((file) => ({
    path: path.relative(folder, file).replaceAll(path.sep, "/"),
    imports: importsOf(file, readFileSync(file, "utf8")),
  }))
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name)
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : listFiles(full)
    return /\.[cm]?[jt]sx?$/.test(entry.name) ? [full] : []
  })
}

/**
 * The imports of a file, in the order of its text. Throws a SyntaxError when it does not parse.
 *
 * @param {string} file Its ending says which language.
 * @param {string} text
 * @returns {Import[]}
 */
export function importsOf(file, text) {
  const parsed = parseSync(file, text)
  const { module } = parsed
  const [error] = parsed.errors
  if (error !== undefined) throw new SyntaxError(`${file}: ${error.message}\n${error.codeframe ?? ""}`)

  /** @param {{ start: number, end: number }} request */
  const literal = ({ start, end }) => /^(["'`])(.*)\1$/s.exec(text.slice(start, end))?.[2]
  const requests = [
    ...module.staticImports.map((statement) => statement.moduleRequest),
    ...module.staticExports.flatMap((statement) => statement.entries.slice(0, 1).map((entry) => entry.moduleRequest)),
    ...module.dynamicImports.map((expression) => expression.moduleRequest),
  ].filter((request) => request !== null)
  // An `import("x").T` is no statement of the module's, and to look for it costs a walk.
  if (text.includes("import(")) {
    new Visitor({ TSImportType: (node) => void requests.push(node.source) }).visit(parsed.program)
  }

  return requests
    .toSorted((a, b) => a.start - b.start)
    .map((request) => ({ specifier: literal(request), line: text.slice(0, request.start).split("\n").length }))
}

/**
 * The path that a relative import leads to.
 *
 * @param {string} file Relative to its package.
 * @param {string} specifier
 */
export function resolveImport(file, specifier) {
  return path.posix.join(path.posix.dirname(file), specifier)
}
