import type { Runtime } from "@dchat/runtime"
import type { Subscription } from "@dchat/task"
import type { Home } from "../config/location.ts"

/** What the commands see of the computer and of the person they run for. */
export interface Shell extends Home {
  readonly runtime: Runtime
  /** Writes to standard output. */
  out(text: string): void
  /** Writes to standard error. */
  err(text: string): void
  /** Whether a person sits at both ends: standard input and standard output are a terminal. */
  readonly isInteractive: boolean
  /** The lines of standard input, until its end or until `stopSignal` aborts. */
  lines(): AsyncIterable<string>
  /**
   * Aborts, with an {@link Interrupted}, when the command is to stop: at SIGINT, SIGTERM or SIGHUP, or when the program
   * that started this one over an IPC channel is gone. At a second signal the process ends at once.
   */
  readonly stopSignal: AbortSignal
  /**
   * The requests to read the configuration again: until it is closed SIGHUP is one and does not stop the command. It has
   * ended at once where SIGHUP says that the terminal is gone: standard input or standard output is one, or on Windows.
   */
  reloads(): Subscription<unknown>
  /** Tells something to the program that started this one, if it has opened an IPC channel. */
  announce(value: object): void
}

/** The command was told to stop before it was done. */
export class Interrupted extends Error {
  override readonly name = "Interrupted"
  /** By the shells' convention: 128 and the number of the signal. */
  readonly exitCode: number

  constructor(by: string, exitCode: number) {
    super(`stopped by ${by}`)
    this.exitCode = exitCode
  }
}
