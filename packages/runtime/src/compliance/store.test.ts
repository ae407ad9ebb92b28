import { mkdtemp, open, readdir, rm, writeFile, type FileHandle } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterEach, describe, expect, test, vi } from "vitest"
import type { Store } from "../index.ts"
import { DirectoryStore } from "../node/index.ts"
import { MemoryStore } from "../virtual/index.ts"
import { bytes, text } from "./lab.test-kit.ts"

const directories: string[] = []

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "dchat-store-"))
  directories.push(directory)
  return directory
}

afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true })
})

const STORES: readonly (readonly [name: string, make: () => Promise<Store>])[] = [
  ["directory", async () => new DirectoryStore(join(await newDirectory(), "made", "when written"))],
  ["memory", async () => new MemoryStore()],
]

describe.each(STORES)("the %s store", (_name, make) => {
  test("holds nothing at first", async () => {
    const store = await make()
    expect(await store.read("hosts.tsv")).toBeUndefined()
    expect(await store.list()).toEqual([])
    await store.remove("hosts.tsv")
  })

  test("gives back what was written, and the newest of it", async () => {
    const store = await make()
    await store.write("a.b-c_D/9", bytes("first and longer"))
    await store.write("a.b-c_D/9", bytes("second"))
    expect(text((await store.read("a.b-c_D/9"))!)).toBe("second")
    await store.write("empty", new Uint8Array())
    expect(await store.read("empty")).toEqual(new Uint8Array())
  })

  test("keeps bytes of its own", async () => {
    const store = await make()
    const mine = bytes("mine")
    const writing = store.write("name", mine)
    mine.fill(0)
    await writing
    const read = (await store.read("name"))!
    expect(text(read)).toBe("mine")
    expect(read.constructor).toBe(Uint8Array)
    read.fill(0)
    expect(text((await store.read("name"))!)).toBe("mine")
  })

  test("changes one name in the order of the calls", async () => {
    const store = await make()
    const changes: Promise<void>[] = []
    for (let version = 0; version < 20; version++) {
      changes.push(store.write("name", bytes(`version ${version}`)), store.remove("name"))
    }
    changes.push(store.write("name", bytes("last")))
    await Promise.all(changes)
    expect(text((await store.read("name"))!)).toBe("last")
  })

  test("lists names by code unit, and by what they begin with", async () => {
    const store = await make()
    for (const name of ["b", "B", "a/2", "a/10", "a.x", "a/b/c", "z/.hidden"]) await store.write(name, bytes(name))
    expect(await store.list()).toEqual(["B", "a.x", "a/10", "a/2", "a/b/c", "b", "z/.hidden"])
    expect(await store.list("a/")).toEqual(["a/10", "a/2", "a/b/c"])
    expect(await store.list("a")).toEqual(["a.x", "a/10", "a/2", "a/b/c"])
    expect(await store.list("q")).toEqual([])
  })

  test("forgets what is removed, and the folder with the last name in it", async () => {
    const store = await make()
    await store.write("folder/deep/name", bytes("x"))
    await store.remove("folder/deep/name")
    await store.remove("folder/deep/name")
    expect(await store.read("folder/deep/name")).toBeUndefined()
    expect(await store.list()).toEqual([])
    await store.write("folder", bytes("now a name"))
    expect(await store.list()).toEqual(["folder"])
  })

  test("a name is either bytes or the beginning of other names", async () => {
    const store = await make()
    await store.write("a/b", bytes("below"))
    await expect(store.write("a", bytes("above"))).rejects.toMatchObject({ name: "StoreError", code: "failed" })
    await expect(store.write("a/b/c", bytes("further below"))).rejects.toMatchObject({
      name: "StoreError",
      code: "failed",
    })
    expect(await store.read("a")).toBeUndefined()
    expect(await store.read("a/b/c")).toBeUndefined()
    await store.remove("a")
    await store.remove("a/b/c")
    expect(await store.list()).toEqual(["a/b"])
  })

  test.each([
    "",
    "/",
    "/etc/passwd",
    "..",
    "../up",
    "a/../../b",
    "a//b",
    "a/",
    "./a",
    "a b",
    "a\\b",
    "a~",
    "ä",
    "a\n",
    "a\0",
  ])("refuses the name %j", async (name) => {
    const store = await make()
    const error = { name: "StoreError", code: "bad-name" }
    await expect(store.read(name)).rejects.toMatchObject(error)
    await expect(store.write(name, new Uint8Array())).rejects.toMatchObject(error)
    await expect(store.remove(name)).rejects.toMatchObject(error)
  })

  test("is a map of names to bytes, whatever is done to it", async () => {
    const name = fc.constantFrom("a", "b", "b/c", "d/e", "d/f", "d/g/h", "i.j")
    const change = fc.oneof(
      fc.record({ kind: fc.constant("write" as const), name, bytes: fc.uint8Array({ maxLength: 40 }) }),
      fc.record({ kind: fc.constant("remove" as const), name }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 20 }), async (changes) => {
        const store = await make()
        const model = new Map<string, Uint8Array>()
        for (const change of changes) {
          if (change.kind === "write") {
            const isBlocked = [...model.keys()].some(
              (other) => other.startsWith(`${change.name}/`) || change.name.startsWith(`${other}/`),
            )
            const outcome = await store.write(change.name, change.bytes).then(
              () => "written",
              () => "refused",
            )
            expect(outcome).toBe(isBlocked ? "refused" : "written")
            if (!isBlocked) model.set(change.name, change.bytes)
          } else {
            await store.remove(change.name)
            model.delete(change.name)
          }
        }
        const names = [...model.keys()].sort()
        expect(await store.list()).toEqual(names)
        for (const name of names) expect(await store.read(name)).toEqual(model.get(name))
      }),
      { numRuns: 30 },
    )
  })
})

test("what a crash left behind is not shown", async () => {
  const directory = await newDirectory()
  const store = new DirectoryStore(directory)
  await store.write("hosts/list", bytes("whole"))
  await writeFile(join(directory, "hosts", "list~0123456789ab"), "to")
  await writeFile(join(directory, "half~ffff"), "")
  await writeFile(join(directory, "somebody's notes"), "")
  expect(await store.list()).toEqual(["hosts/list"])
  expect(text((await store.read("hosts/list"))!)).toBe("whole")
})

test("a write that succeeds leaves nothing beside the file, nor does one that fails", async () => {
  const directory = await newDirectory()
  const store = new DirectoryStore(directory)
  await Promise.all([
    store.write("name", bytes("1")),
    store.write("name", bytes("2")),
    store.write("other", bytes("3")),
  ])
  await store.write("folder/name", bytes("x"))
  await expect(store.write("folder", bytes("x"))).rejects.toThrow("there are names below it")
  expect((await readdir(directory)).sort()).toEqual(["folder", "name", "other"])
})

test.skipIf(process.platform === "win32")(
  "a write brings the file to the disk, then the folder that names it",
  async () => {
    const directory = await newDirectory()
    const probe = await open(directory)
    const sync = vi.spyOn(Object.getPrototypeOf(probe) as FileHandle, "sync")
    await probe.close()
    const synced: string[] = []
    sync.mockImplementation(async function (this: FileHandle) {
      synced.push((await this.stat()).isDirectory() ? "folder" : "file")
    })
    try {
      await new DirectoryStore(directory).write("name", bytes("1"))
    } finally {
      sync.mockRestore()
    }
    expect(synced).toEqual(["file", "folder"])
  },
)

test("two stores on one directory do not tear each other's writes", async () => {
  const directory = await newDirectory()
  const stores = [new DirectoryStore(directory), new DirectoryStore(directory)]
  const versions = Array.from({ length: 40 }, (_, version) => bytes(`${version} `.repeat(2_000)))
  await Promise.all(versions.map((version, index) => stores[index % 2]!.write("name", version)))
  const left = text((await stores[0]!.read("name"))!)
  expect(versions.map(text)).toContain(left)
})

test("a memory store can begin with what another one held", async () => {
  const before = new MemoryStore([["a/b", bytes("kept")]])
  await before.write("c", bytes("too"))
  const held = await Promise.all((await before.list()).map(async (name) => [name, (await before.read(name))!] as const))
  const after = new MemoryStore(held)
  expect(await after.list()).toEqual(["a/b", "c"])
})
