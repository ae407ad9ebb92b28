import { expect, test } from "vitest"
import { tryOurs } from "./ours.ts"
import { GROUNDS } from "./transports.ts"

/** A process for each vector takes a while: here one of so many is tried, and `npm run conformance` tries them all. */
const EVERY = 12

test.concurrent.each(GROUNDS)(
  "over %s our server and our client keep to the standard and to our policies",
  async (name, make) => {
    const ground = await make(name)
    const every = ground.atOnce === undefined ? 1 : EVERY
    const { columns } = await tryOurs(ground, { every })
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
