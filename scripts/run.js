import { spawn } from "node:child_process"
import path from "node:path"
import { readJson, ROOT } from "./house.js"

/**
 * What came of a program.
 *
 * @typedef {object} Outcome
 * @property {boolean} ok Whether it ended by itself, with 0.
 * @property {string} output What it wrote, to stdout and stderr, in order.
 * @property {number} seconds
 */

/**
 * Runs a program to its end. Never rejects.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, timeoutMs?: number, env?: Record<string, string> }} [options] After `timeoutMs` it is killed.
 * @returns {Promise<Outcome>}
 */
export function run(command, args, { cwd = ROOT, timeoutMs, env } = {}) {
  const start = performance.now()
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    /** @param {boolean} ok */
    const end = (ok) => {
      clearTimeout(timer)
      resolve({ ok, output: output.trimEnd(), seconds: (performance.now() - start) / 1000 })
    }
    const timer = setTimeout(
      () => {
        output += `\nstill running after ${String(timeoutMs)} ms: killed`
        child.kill("SIGKILL")
      },
      timeoutMs ?? 2 ** 31 - 1,
    )
    child.stdout.setEncoding("utf8").on("data", (text) => (output += text))
    child.stderr.setEncoding("utf8").on("data", (text) => (output += text))
    child.on("error", (error) => {
      output += error.message
      end(false)
    })
    child.on("close", (code) => end(code === 0))
  })
}

/**
 * The path of a program that a package brings. It is run with Node itself, which works on Windows too.
 *
 * @param {string} packageName
 * @param {string} [program] Default: the package's name.
 * @param {string} [folder] Whose node_modules. Default: the root's.
 */
export function programOf(packageName, program = packageName, folder = ROOT) {
  const home = path.join(folder, "node_modules", packageName)
  /** @type {{ bin: string | Record<string, string> }} */
  const { bin } = readJson(path.join(home, "package.json"))
  const file = typeof bin === "string" ? bin : bin[program]
  if (file === undefined) throw new Error(`${packageName} has no program ${program}`)
  return path.join(home, file)
}
