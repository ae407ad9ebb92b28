import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import type { Clock } from "@dchat/runtime"
import { Failure } from "../cli/failure.ts"
import type { Listening } from "../daemon/daemon.ts"

const PROGRAM = fileURLToPath(new URL("../../bin/dchat.js", import.meta.url))
/** A node stops within 2 s; one that has not stopped after this many milliseconds is killed. */
const PATIENCE_MS = 3000

/** What a {@link DemoNode} is started with. */
export interface DemoNodeOptions {
  /** What people call it. */
  readonly name: string
  /** The folder for its configuration. */
  readonly folder: string
  /** Its configuration, TOML. */
  readonly config: string
  /** How many times `-v` is given to it. */
  readonly verbosity: number
  /** Gets each line that it writes. */
  readonly onLine: (line: string) => void
}

/** One node of the demo: a process that runs `dchat daemon`. */
export class DemoNode {
  readonly name: string
  readonly #process: ChildProcess
  readonly #closed: Promise<unknown>
  #lastLine = ""

  /** Starts the process. It ends with this one at the latest. */
  private constructor(path: string, { name, verbosity, onLine }: DemoNodeOptions) {
    this.name = name
    const verbose = Array.from({ length: verbosity }, () => "-v")
    this.#process = spawn(process.execPath, [PROGRAM, "daemon", "--config", path, ...verbose], {
      // A process group of its own: Ctrl-C is for the demo, which stops its nodes in good order. Over the IPC channel the
      // node tells where it listens, and learns when we are gone.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    })
    // Not "exit": the last lines would still be on their way.
    this.#closed = once(this.#process, "close")
    const { stdout, stderr } = this.#process
    for (const stream of [stdout, stderr] as Readable[]) {
      createInterface({ input: stream }).on("line", (line) => {
        this.#lastLine = line
        onLine(line)
      })
    }
  }

  /** Starts a node. */
  static async start(options: DemoNodeOptions): Promise<DemoNode> {
    const path = join(options.folder, `${options.name}.toml`)
    await writeFile(path, options.config)
    return new DemoNode(path, options)
  }

  get processId(): number {
    return this.#process.pid ?? 0
  }

  /** Waits until it listens, and tells where. Throws a {@link Failure} if it ends before. */
  async listening({ signal }: { signal: AbortSignal }): Promise<Listening> {
    const announced = once(this.#process, "message", { signal }) as Promise<[Listening]>
    try {
      const [listening] = await Promise.race([announced, this.#closed.then(() => [undefined] as const)])
      if (listening !== undefined) return listening
    } catch (error) {
      signal.throwIfAborted()
      throw error
    }
    throw new Failure(`${this.name} has not started: ${this.#lastLine}`)
  }

  /** Asks it to stop and waits until it has; kills it when that takes too long. */
  async stop(clock: Pick<Clock, "setTimer">): Promise<void> {
    this.#process.kill("SIGTERM")
    const timer = clock.setTimer(PATIENCE_MS, () => this.kill())
    await this.#closed
    timer.cancel()
  }

  /** Ends it now. */
  kill(): void {
    this.#process.kill("SIGKILL")
  }
}
