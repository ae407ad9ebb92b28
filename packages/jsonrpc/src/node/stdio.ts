import { spawn, type ChildProcess } from "node:child_process"
import { NetworkError, type Clock, type StreamReader, type Timer } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import type { Framing } from "../framing/framing.ts"
import { newlineFraming } from "../framing/newline.ts"
import { ConnectError } from "../transport/errors.ts"
import { streamTransport, type TransportStream } from "../transport/stream.ts"
import type { Transport } from "../transport/transport.ts"
import { PipeStream } from "./pipe-stream.ts"

/**
 * The standard input and output of this process, as a transport: for a program that another one starts and speaks to.
 * Whatever else the program prints has to go to standard error. When the other side ends, so does the input.
 *
 * @param framing Default: one JSON text per line.
 */
export function stdioTransport(framing: Framing = newlineFraming()): Transport {
  return streamTransport(new PipeStream(process.stdin, process.stdout), framing, "stdio:")
}

/** Options of {@link spawnTransport}. */
export interface SpawnOptions {
  /** Default: one JSON text per line. */
  framing?: Framing
  /** Default: this process's. */
  cwd?: string
  /** Default: this process's. */
  env?: NodeJS.ProcessEnv
  /** Where its standard error goes. Default `inherit`: to this process's. */
  stderr?: "inherit" | "ignore"
  /** How long it may take to end by itself once its input has ended, before it is told to, and then made to; in milliseconds. Default 1 s. */
  graceMs?: number
  /** Default: the platform's. */
  clock?: Pick<Clock, "setTimer">
}

/**
 * Starts a program and speaks to it through its standard input and output. `close` ends its input, and returns when the
 * program has ended, if need be by SIGTERM and then SIGKILL. Rejects with a {@link ConnectError} when it cannot be started.
 */
export function spawnTransport(
  command: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Promise<Transport> {
  const { framing = newlineFraming(), cwd, env, stderr = "inherit", graceMs = 1000, clock = platformClock } = options
  const name = `process:${command}`
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["pipe", "pipe", stderr] })
    child.once("error", (error) => reject(new ConnectError(name, error)))
    child.once("spawn", () => {
      resolve(
        streamTransport(
          new ChildStream(child, new PipeStream(child.stdout, child.stdin), graceMs, clock),
          framing,
          name,
        ),
      )
    })
  })
}

/** How long the end of a program may follow the end of its output and still be the reason for that, in milliseconds. */
const SAME_END_MS = 100

/** The pipes of a child, which are closed when it has ended. */
class ChildStream implements TransportStream {
  readonly #pipes: PipeStream
  readonly #child: ChildProcess
  readonly #graceMs: number
  readonly #clock: Pick<Clock, "setTimer">
  readonly #exited: Promise<void>
  #failure: NetworkError | undefined

  constructor(child: ChildProcess, pipes: PipeStream, graceMs: number, clock: Pick<Clock, "setTimer">) {
    this.#pipes = pipes
    this.#child = child
    this.#graceMs = graceMs
    this.#clock = clock
    this.#exited = new Promise((resolve) => {
      child.once("exit", (status, signal) => {
        this.#failure = failureOf(status, signal)
        resolve()
      })
    })
  }

  get bufferedBytes(): number {
    return this.#pipes.bufferedBytes
  }

  /** When the output ends because the program has failed, that is told, rather than the end. */
  readInto(reader: StreamReader): void {
    let status: "open" | "ending" | "over" = "open"
    let patience: Timer | undefined
    const end = (): void => {
      if (status !== "ending") return
      status = "over"
      reader.end()
    }
    this.#pipes.readInto({
      data: (chunk) => reader.data(chunk),
      end: () => {
        status = "ending"
        patience = this.#clock.setTimer(SAME_END_MS, end)
        void this.#exited.then(() => {
          if (this.#failure === undefined) end()
        })
      },
      close: (error) => {
        status = "over"
        patience?.cancel()
        reader.close(error ?? this.#failure)
      },
    })
  }

  pause(): void {
    this.#pipes.pause()
  }

  resume(): void {
    this.#pipes.resume()
  }

  write(bytes: Uint8Array): boolean {
    return this.#pipes.write(bytes)
  }

  flush(): void {}

  drained(...args: Parameters<TransportStream["drained"]>): Promise<void> {
    return this.#pipes.drained(...args)
  }

  end(): void {
    this.#pipes.end()
  }

  async close(): Promise<void> {
    await this.#pipes.close()
    const terms = this.#clock.setTimer(this.#graceMs, () => this.#child.kill("SIGTERM"))
    const kills = this.#clock.setTimer(2 * this.#graceMs, () => this.#child.kill("SIGKILL"))
    await this.#exited
    terms.cancel()
    kills.cancel()
  }
}

function failureOf(status: number | null, signal: string | null): NetworkError | undefined {
  if (status === 0) return undefined
  return new NetworkError("reset", `the program ended with ${signal ?? `status ${String(status)}`}`)
}
