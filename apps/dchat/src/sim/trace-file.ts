import { closeSync, createReadStream, openSync, writeSync } from "node:fs"
import { createInterface } from "node:readline"
import { Failure, messageOf } from "../cli/failure.ts"

/** So much is gathered before it is written, in characters. */
const CHUNK = 64 * 1024

/** A file that takes lines. What it holds in memory is bounded: it waits for the disk. */
export class TraceFile {
  readonly #file: number
  #waiting = ""

  /** @throws {Failure} if the file cannot be written */
  constructor(path: string) {
    try {
      this.#file = openSync(path, "w")
    } catch (error) {
      throw new Failure(`cannot write the trace to ${path}: ${messageOf(error)}`, { cause: error })
    }
  }

  add(line: string): void {
    this.#waiting += `${line}\n`
    if (this.#waiting.length >= CHUNK) this.#flush()
  }

  close(): void {
    this.#flush()
    closeSync(this.#file)
  }

  #flush(): void {
    writeSync(this.#file, this.#waiting)
    this.#waiting = ""
  }
}

/** The lines of a trace file. Throws a {@link Failure} if it cannot be read. */
export async function* readTraceFile(path: string): AsyncGenerator<string> {
  const input = createReadStream(path, "utf8")
  try {
    yield* createInterface({ input, crlfDelay: Infinity })
  } catch (error) {
    throw new Failure(`cannot read the trace ${path}: ${messageOf(error)}`, { cause: error })
  } finally {
    input.destroy()
  }
}
