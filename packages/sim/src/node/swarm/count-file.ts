import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import path from "node:path"
import { emptyCount, formatCount, parseCount, type SwarmCount, type SwarmSize } from "../../swarm/count.ts"

/** The count of the swarm on disk: `swarm.json` in a folder. */
export class CountFile {
  readonly #path: string

  constructor(folder: string) {
    this.#path = path.join(folder, "swarm.json")
  }

  /** What is kept, or a new count if there is none. Throws if it cannot be read, or counts scenarios of another size. */
  read(size: SwarmSize): SwarmCount {
    let text: string
    try {
      text = readFileSync(this.#path, "utf8")
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return emptyCount(size)
      throw error
    }
    try {
      return parseCount(text, size)
    } catch (error) {
      throw new Error(`${this.#path} cannot be used: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      })
    }
  }

  /** Replaces what is kept, at once or not at all. */
  write(count: SwarmCount): void {
    mkdirSync(path.dirname(this.#path), { recursive: true })
    writeFileSync(`${this.#path}.new`, formatCount(count))
    renameSync(`${this.#path}.new`, this.#path)
  }
}
