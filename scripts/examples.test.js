import path from "node:path"
import { format } from "node:util"
import { expect, test, vi } from "vitest"
import { ROOT } from "./house.js"
import { findPrograms } from "./readme-examples.js"

// A program of examples/ ends with a comment of what it prints: `// Output:` and one line for each.
test.each(findPrograms())("examples/$file prints what it says", async ({ file, output }) => {
  /** @type {string[]} */
  const printed = []
  const log = vi.spyOn(console, "log").mockImplementation((...values) => {
    printed.push(format(...values))
  })
  try {
    await import(path.join(ROOT, "examples", file))
  } finally {
    log.mockRestore()
  }
  expect(printed.join("\n")).toBe(output)
})
