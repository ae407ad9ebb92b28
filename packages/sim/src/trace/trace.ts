import { sha256 } from "../platform/process.ts"
import type { TraceEvent } from "./record.ts"

/** Where the trace of a simulation goes. */
export interface TraceOptions {
  /** Gets each line, without its end. Default: nobody; the hash is made all the same. */
  readonly onLine?: (line: string) => void
  /** Whether every event of the virtual world is in it, not only what nodes do. Some twenty times as long. Default false. */
  readonly whole?: boolean
}

/** So much text is hashed at a time, in characters: a line at a time takes longer than to make the lines. */
const CHUNK = 16 * 1024

/** Writes down what happens, as lines of JSON, and hashes the lines. */
export class Trace {
  readonly #hash = sha256()
  readonly #onLine: ((line: string) => void) | undefined
  readonly #now: () => number
  /** Lines that were not hashed yet. */
  #unhashed = ""
  #lines = 0

  constructor(now: () => number, { onLine }: TraceOptions = {}) {
    this.#now = now
    this.#onLine = onLine
  }

  write(event: TraceEvent): void {
    const line = JSON.stringify({ t: this.#now(), ...event })
    this.#unhashed += `${line}\n`
    if (this.#unhashed.length >= CHUNK) this.#hashLines()
    this.#lines++
    this.#onLine?.(line)
  }

  /** How many lines there are so far. */
  get lines(): number {
    return this.#lines
  }

  /** The SHA-256 of all lines so far, each with a line feed. */
  get hash(): string {
    this.#hashLines()
    return this.#hash.digest()
  }

  #hashLines(): void {
    this.#hash.update(this.#unhashed)
    this.#unhashed = ""
  }
}
