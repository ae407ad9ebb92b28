/**
 * What some of the cases need beside Node. Each is made ready in the background, and gives, in the end, the outcome of its
 * cases where they cannot run: a skip, or a failure.
 */
import { execFile, execFileSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { promisify } from "node:util"
import { fileURLToPath } from "node:url"

const HERE = fileURLToPath(new URL(".", import.meta.url))
const RUST = `${HERE}rust/`
const running = promisify(execFile)

/** A skip; the reason is the last line of what the program has said. */
function skipped(why, error, ok = true) {
  const lines = String(error.stderr || error.message)
    .trim()
    .split("\n")
  return { ok, text: `skipped: ${why}: ${lines.at(-1).trim()}` }
}

/** Installs what is needed of Python. With CI=true a skip is a failure. */
export async function installPython() {
  const requirements = readFileSync(`${HERE}python/requirements.txt`, "utf8")
  const done = `${HERE}.venv/.installed`
  if (existsSync(done) && readFileSync(done, "utf8") === requirements) return undefined
  try {
    execFileSync("python3", ["-m", "venv", `${HERE}.venv`], { stdio: "pipe" })
    const pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", `${HERE}python/requirements.txt`]
    await running(`${HERE}.venv/bin/python`, pip)
    writeFileSync(done, requirements)
    return undefined
  } catch (error) {
    return skipped("Python is needed for it", error, process.env["CI"] !== "true")
  }
}

/**
 * Builds the peer in Rust. It is skipped where there is no cargo, or an old one, or where crates cannot be fetched. That it
 * does not compile, or that its lock file does not fit, is a failure.
 */
export async function buildRust() {
  const [, oldest] = /rust-version = "1\.(\d+)"/.exec(readFileSync(`${RUST}Cargo.toml`, "utf8"))
  const cargo = (...args) => running("cargo", args, { cwd: RUST, env: { ...process.env, CARGO_NET_RETRY: "1" } })
  let about
  try {
    about = (await cargo("--version", "--verbose")).stdout
  } catch (error) {
    return skipped(`cargo 1.${oldest} is needed for it`, error)
  }
  const [, minor] = /^release: 1\.(\d+)/m.exec(about)
  if (Number(minor) < Number(oldest))
    return { ok: true, text: `skipped: cargo 1.${oldest} is needed for it, not 1.${minor}` }
  const [, host] = /^host: (.+)$/m.exec(about)
  try {
    await cargo("fetch", "--locked", "--target", host)
  } catch (error) {
    if (/download/.test(error.stderr)) return skipped("its crates cannot be fetched", error)
    return { ok: false, text: `FAILED: ${error.stderr}` }
  }
  try {
    await cargo("build", "--locked", "--offline", "--quiet", "--target-dir", `${RUST}target`)
  } catch (error) {
    return { ok: false, text: `FAILED: ${error.stderr}` }
  }
  return undefined
}
