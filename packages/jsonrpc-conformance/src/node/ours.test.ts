import { expect, test } from "vitest"
import { tryOurs } from "./ours.ts"
import { GROUNDS } from "./transports.ts"

test.concurrent.each(GROUNDS)(
  "over %s our server and our client keep to the standard and to our policies",
  async (name, make) => {
    const { columns } = await tryOurs(await make(name))
    const verdicts = columns.flatMap((column) => column.verdicts)
    const failed = verdicts.filter(({ status }) => status !== "passed")
    expect(failed.map(({ vector, why }) => `${vector.name}: ${why ?? ""}`)).toEqual([])
    expect(verdicts.length).toBeGreaterThan(100)
  },
  30_000,
)
