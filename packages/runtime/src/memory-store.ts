import { checkStoreName, StoreError, type Store } from "./store.ts"

/** A store in memory, with the rules of a directory. What it holds can be copied into a new one: a restart. */
export class MemoryStore implements Store {
  readonly #files: Map<string, Uint8Array<ArrayBuffer>>

  /** @param content What it holds at first. The bytes are copied. Default: nothing. */
  constructor(content: Iterable<readonly [name: string, bytes: Uint8Array]> = []) {
    this.#files = new Map()
    for (const [name, bytes] of content) {
      checkStoreName(name)
      this.#files.set(name, new Uint8Array(bytes))
    }
  }

  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    checkStoreName(name)
    const bytes = this.#files.get(name)
    return bytes === undefined ? undefined : new Uint8Array(bytes)
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    checkStoreName(name)
    this.#checkFolders(name)
    this.#files.set(name, new Uint8Array(bytes))
  }

  async remove(name: string): Promise<void> {
    checkStoreName(name)
    this.#files.delete(name)
  }

  async list(prefix = ""): Promise<string[]> {
    return [...this.#files.keys()].filter((name) => name.startsWith(prefix)).sort()
  }

  #checkFolders(name: string): void {
    for (let end = name.indexOf("/"); end !== -1; end = name.indexOf("/", end + 1)) {
      const folder = name.slice(0, end)
      if (this.#files.has(folder)) {
        throw new StoreError(
          "failed",
          `cannot write ${name}: ${folder} is itself a name with bytes; choose another name`,
        )
      }
    }
    for (const other of this.#files.keys()) {
      if (other.startsWith(`${name}/`))
        throw new StoreError("failed", `cannot write ${name}: names such as ${other} are below it; choose another name`)
    }
  }
}
