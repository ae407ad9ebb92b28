import { mkdir, open, readdir, readFile, rename, rm, rmdir } from "node:fs/promises"
import { randomBytes } from "node:crypto"
import { dirname, join, relative, sep } from "node:path"
import { checkStoreName, isStoreName, StoreError, type StoreErrorCode, type Store } from "../store.ts"

/** Stands in the name of a file that is not finished. No store name has this character, so such a file is never taken for one. */
const UNFINISHED = "~"

/**
 * A store in a directory: a name is a path below it.
 *
 * Bytes are written to a new file beside the old one, brought to the disk and renamed over it; then the folder is brought to
 * the disk, where the system can: after a loss of power a name has what was written last, or what it had before.
 */
export class DirectoryStore implements Store {
  readonly #directory: string
  /** The last change of each name that is under way. */
  readonly #changes = new Map<string, Promise<void>>()

  /** @param directory Made, with its parents, when something is first written. */
  constructor(directory: string) {
    this.#directory = directory
  }

  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    checkStoreName(name)
    try {
      return new Uint8Array(await readFile(this.#path(name)))
    } catch (error) {
      if (hasCode(error, "ENOENT", "ENOTDIR", "EISDIR")) return undefined
      throw toStoreError(error, `cannot read ${name} in ${this.#directory}`)
    }
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    checkStoreName(name)
    // The caller may change its bytes as soon as this call returns.
    const copy = new Uint8Array(bytes)
    await this.#inOrder(name, "write", () => replaceFile(this.#path(name), copy))
  }

  async remove(name: string): Promise<void> {
    checkStoreName(name)
    await this.#inOrder(name, "remove", async () => {
      await rm(this.#path(name)).catch((error: unknown) => {
        if (!hasCode(error, "ENOENT", "ENOTDIR", "EISDIR", "ERR_FS_EISDIR")) throw error
      })
      await this.#removeEmptyFolders(name)
    })
  }

  async list(prefix = ""): Promise<string[]> {
    try {
      const entries = await readdir(this.#directory, { recursive: true, withFileTypes: true })
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(this.#directory, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
        .filter((name) => isStoreName(name) && name.startsWith(prefix))
        .sort()
    } catch (error) {
      if (hasCode(error, "ENOENT")) return []
      throw toStoreError(error, `cannot list ${this.#directory}`)
    }
  }

  #path(name: string): string {
    return join(this.#directory, name)
  }

  async #inOrder(name: string, doing: string, change: () => Promise<void>): Promise<void> {
    const before = this.#changes.get(name) ?? Promise.resolve()
    const mine = before.catch(() => {}).then(change)
    this.#changes.set(name, mine)
    try {
      await mine
    } catch (error) {
      throw toStoreError(error, `cannot ${doing} ${name} in ${this.#directory}`)
    } finally {
      if (this.#changes.get(name) === mine) this.#changes.delete(name)
    }
  }

  /** A folder that holds nothing must not stand in the way of a name spelt like it. */
  async #removeEmptyFolders(name: string): Promise<void> {
    for (let end = name.lastIndexOf("/"); end !== -1; end = name.lastIndexOf("/", end - 1)) {
      try {
        await rmdir(this.#path(name.slice(0, end)))
      } catch {
        return
      }
    }
  }
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}${UNFINISHED}${randomBytes(6).toString("hex")}`
  try {
    const file = await openNew(unfinished)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {})
    throw error
  }
}

/** Windows opens no folder, some file systems bring none to the disk, and a remove may take an empty one away meanwhile. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, "r")
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch (error) {
    if (!hasCode(error, "EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP", "ENOENT")) throw error
  }
}

async function openNew(path: string): ReturnType<typeof open> {
  // Twice, for a remove may take the empty folder away in between.
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      return await open(path, "wx", 0o600)
    } catch (error) {
      if (!hasCode(error, "ENOENT")) throw error
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    }
  }
  return open(path, "wx", 0o600)
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code))
}

function toStoreError(error: unknown, doing: string): StoreError {
  if (error instanceof StoreError) return error
  const cause = error instanceof Error ? error : new Error(String(error))
  const [code, what] = meaningOf(cause)
  return new StoreError(code, `${doing}: ${what}`, { cause })
}

function meaningOf(error: Error): [code: StoreErrorCode, what: string] {
  if (hasCode(error, "EACCES", "EPERM", "EROFS"))
    return ["no-permission", "this user may not; check the owner and the mode of the directory"]
  if (hasCode(error, "ENOSPC", "EDQUOT")) return ["no-space", "the disk is full; make room"]
  if (hasCode(error, "ENOTDIR", "EEXIST"))
    return ["failed", "a part of the name is itself a name with bytes; choose another name"]
  if (hasCode(error, "EISDIR", "ENOTEMPTY")) return ["failed", "there are names below it; choose another name"]
  return ["failed", error.message]
}
