import { readFileSync } from "node:fs"
import { expect, test } from "vitest"

const page = readFileSync(new URL("../../../docs/net-differences.md", import.meta.url), "utf8")

function source(file: string): string {
  return readFileSync(new URL(file, import.meta.url), "utf8")
}

test("every difference from the reference names a test that is there", () => {
  const named = [...page.matchAll(/`(\S+\.test\.ts)`: "([^"]+)"/g)]
  expect(named.length).toBeGreaterThan(35)
  for (const [, file = "", title = ""] of named) expect(source(file)).toContain(title)
})

test("every scenario of the reference has its own, and every file that is named is there", () => {
  const scenarios = source("scenarios.test.ts")
  const rows = page.split("\n").filter((line) => /^\| [^|]+\| "[^"]+" +\|/.test(line))
  expect(rows).toHaveLength(8)
  for (const row of rows) expect(scenarios).toContain(/"([^"]+)"/.exec(row)?.[1])
  for (const [, file = ""] of page.matchAll(/`([\w./-]+\.test\.ts)`/g)) expect(source(file)).toContain("test")
})
