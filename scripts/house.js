import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

/** The folder of the whole project. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url))

/**
 * What of a package.json the scripts read.
 *
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {Record<string, string>} [bin]
 * @property {Record<string, unknown>} [exports]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 */

/**
 * A workspace.
 *
 * @typedef {object} Package
 * @property {string} room Its short name, which is its folder's: `net`.
 * @property {string} folder Relative to the root, with slashes: `packages/net`.
 * @property {Manifest} manifest
 */

/**
 * @param {string} file
 * @returns {any}
 */
export function readJson(file) {
  const text = readFileSync(file, "utf8")
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${file}: ${/** @type {Error} */ (error).message}`, { cause: error })
  }
}

/**
 * Every workspace, sorted by folder: packages first.
 *
 * @param {string} [root]
 * @returns {Package[]}
 */
export function readPackages(root = ROOT) {
  return ["packages", "apps"].flatMap((wing) => {
    if (!existsSync(path.join(root, wing))) return []
    return readdirSync(path.join(root, wing))
      .toSorted()
      .filter((room) => existsSync(path.join(root, wing, room, "package.json")))
      .map((room) => ({
        room,
        folder: `${wing}/${room}`,
        manifest: readJson(path.join(root, wing, room, "package.json")),
      }))
  })
}

/**
 * Whether this module is the program that was started, not an import of another.
 *
 * @param {string} moduleUrl `import.meta.url`
 */
export function isMain(moduleUrl) {
  return process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(moduleUrl)
}
