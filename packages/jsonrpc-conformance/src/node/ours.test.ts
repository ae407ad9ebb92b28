import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { rolldown } from "rolldown"
import { afterAll, beforeAll, expect, test } from "vitest"
import { childProcessGround } from "./child-process.ts"
import { tryOurs } from "./ours.ts"
import { GROUNDS } from "./transports.ts"

/** A process for each vector takes a while: here one of so many is tried, and `npm run conformance` tries them all. */
const EVERY = 24

// Tests run from the sources, which Node 20 cannot: the child's program is put together for it.
let folder: string
let relay: string

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "dchat-relay-"))
  relay = path.join(folder, "relay.mjs")
  const input = path.join(import.meta.dirname, "relay.ts")
  const conditionNames = ["@dchat/source", "node", "import", "default"]
  const bundle = await rolldown({ input, platform: "node", resolve: { conditionNames }, logLevel: "silent" })
  await bundle.write({ file: relay, format: "esm" })
  await bundle.close()
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

test.concurrent.each(GROUNDS)(
  "over %s our server and our client keep to the standard and to our policies",
  async (name, make) => {
    const isChild = name.includes("child process")
    const every = isChild ? EVERY : 1
    const { columns } = await tryOurs(await (isChild ? childProcessGround(name, relay) : make(name)), { every })
    const verdicts = columns.flatMap((column) => column.verdicts)
    const failed = verdicts.filter(({ status }) => status === "failed")
    expect(failed.map(({ vector, why }) => `${vector.name}: ${why ?? ""}`)).toEqual([])
    for (const { title, verdicts: tried } of columns) {
      const passed = tried.filter(({ status }) => status === "passed").length
      expect([title, passed >= (title === "server" ? 115 : 35) / every - 1]).toEqual([title, true])
    }
  },
  30_000,
)
