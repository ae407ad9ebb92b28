import { type ChildProcess, execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import type { Listening } from "../daemon/daemon.ts"

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url))
const PROGRAM = join(ROOT, "apps/dchat/bin/dchat.js")
const TSC = join(ROOT, "node_modules/typescript/bin/tsc")

/** Brings what the processes run up to date. Errors of types are the business of `npm run check`. */
export function build(): Promise<void> {
  return new Promise((resolve) => {
    execFile(process.execPath, [TSC, "-b", join(ROOT, "tsconfig.packages.json")], () => resolve())
  })
}

/** The program as a process of its own. */
export class DchatProcess {
  out = ""
  err = ""
  readonly #process: ChildProcess
  readonly #stdout: Readable
  readonly #announced: Promise<unknown[]>
  readonly #ended: Promise<number | null>

  constructor(args: readonly string[], home: string) {
    const env = { ...process.env, HOME: home, TMPDIR: home, XDG_CONFIG_HOME: "" }
    const child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ["ignore", "pipe", "pipe", "ipc"] })
    const [, stdout, stderr] = child.stdio as unknown as readonly [null, Readable, Readable]
    stdout.setEncoding("utf8").on("data", (text: string) => (this.out += text))
    stderr.setEncoding("utf8").on("data", (text: string) => (this.err += text))
    this.#process = child
    this.#stdout = stdout
    this.#announced = once(child, "message")
    // Not "close": that does not come when it was we who hung up on the IPC channel.
    const closed = [once(stdout, "close"), once(stderr, "close")]
    this.#ended = once(child, "exit").then(async ([code]) => {
      await Promise.all(closed)
      return code as number | null
    })
  }

  /** Where the daemon listens, once it does. Rejects if the process ends before. */
  async listening(): Promise<Listening> {
    const ended = this.#ended.then(() => Promise.reject(new Error(`it has ended: ${this.err}${this.out}`)))
    const [listening] = await Promise.race([this.#announced, ended])
    return listening as Listening
  }

  /** Waits until its output has this. */
  async untilSaid(text: string): Promise<void> {
    while (!this.out.includes(text)) await once(this.#stdout, "data")
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name)
  }

  /** Hangs up on the IPC channel, as a program does that ends. */
  disconnect(): void {
    this.#process.disconnect()
  }

  /** Waits for the end, and gives the exit code; `null` when a signal has killed it. */
  exitCode(): Promise<number | null> {
    return this.#ended
  }
}

/** A home folder of its own, and the processes that run in it. Dispose of it: no process and no file is left. */
export class Household implements AsyncDisposable {
  readonly home: string
  readonly #processes: DchatProcess[] = []

  private constructor(home: string) {
    this.home = home
  }

  static async make(): Promise<Household> {
    return new Household(await mkdtemp(join(tmpdir(), "dchat-test-")))
  }

  /** Starts the program. */
  run(...args: string[]): DchatProcess {
    const started = new DchatProcess(args, this.home)
    this.#processes.push(started)
    return started
  }

  /** Writes a configuration file and gives its path. */
  async config(text: string): Promise<string> {
    const path = join(this.home, "config.toml")
    await writeFile(path, text)
    return path
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#processes) each.signal("SIGKILL")
    await Promise.all(this.#processes.map((each) => each.exitCode()))
    await rm(this.home, { recursive: true, force: true })
  }
}
