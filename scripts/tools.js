import { existsSync, statSync } from "node:fs"
import path from "node:path"
import { ROOT } from "./house.js"
import { run } from "./run.js"

/** The folder whose packages are installed on demand, outside the workspaces. */
export const TOOLS = path.join(ROOT, "tools")

/**
 * npm, also where it is a shell script that cannot be started as it is.
 *
 * @param {readonly string[]} args
 * @param {string} cwd
 */
export function npm(args, cwd) {
  const cli = process.env["npm_execpath"]
  return cli === undefined ? run("npm", args, { cwd }) : run(process.execPath, [cli, ...args], { cwd })
}

/** Installs tools/ unless it is there as its lock file says. */
export async function installTools() {
  const installed = path.join(TOOLS, "node_modules", ".package-lock.json")
  const wanted = statSync(path.join(TOOLS, "package-lock.json")).mtimeMs
  if (existsSync(installed) && statSync(installed).mtimeMs >= wanted) return
  const { ok, output } = await npm(["ci"], TOOLS)
  if (!ok) throw new Error(`tools/ cannot be installed:\n${output}`)
}

/**
 * The Nodes to run on: this one, and those that tools/ brings for this platform. `missing` says why one is not there.
 *
 * @returns {{ binaries: string[], missing: string[] }}
 */
export function findNodes() {
  const others = ["node-22", "node-24"].map((name) => ({
    name,
    binary: path.join(TOOLS, "node_modules", name, "bin", "node"),
  }))
  return {
    binaries: [process.execPath, ...others.filter(({ binary }) => existsSync(binary)).map(({ binary }) => binary)],
    missing: others
      .filter(({ binary }) => !existsSync(binary))
      .map(({ name }) => `${name}: its package has no binary for ${process.platform} on ${process.arch}`),
  }
}
