import { execFileSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/**
 * Installs what the lock file of a folder outside the workspaces says, unless that was done before.
 *
 * @param {string} folder
 */
export function installIn(folder) {
  const lock = readFileSync(join(folder, "package-lock.json"), "utf8")
  const done = join(folder, "node_modules/.installed")
  if (existsSync(done) && readFileSync(done, "utf8") === lock) return
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder, stdio: "inherit" })
  writeFileSync(done, lock)
}
