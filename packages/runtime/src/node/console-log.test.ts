import { expect, test } from "vitest"
import { consoleLog, type ConsoleLogOptions } from "./console-log.ts"

function written(options: ConsoleLogOptions) {
  const lines: string[] = []
  return { lines, log: consoleLog({ ...options, write: (line) => void lines.push(line) }) }
}

test("a line for each record, as loud as info unless told otherwise", () => {
  const { log, lines } = written({})
  log.child("net").info("Listening", { port: 7 })
  log.debug("not this")
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d INFO  net: Listening port=7\n$/)
  expect([log.isEnabled("info"), log.isEnabled("debug")]).toEqual([true, false])
  expect(written({ level: "debug" }).log.isEnabled("debug")).toBe(true)
})

test("under an error stands where it was made, and it cannot drive the terminal", () => {
  const { log, lines } = written({})
  log.error("the protocol failed", { error: new TypeError("no \u001b[2J such thing") })
  const [line, named, place] = (lines[0] ?? "").split("\n")
  expect(line).toMatch(/ERROR the protocol failed error=/)
  expect(named).toBe("    TypeError: no \\u001b[2J such thing")
  expect(place).toContain("console-log.test.ts")
  expect(lines[0]).not.toContain("\u001b")
  log.warn("only a warning", { error: new Error("why") })
  expect(lines[1]).toMatch(/error="?why"?\n$/)
})

test("what has no stack, or fields that are no errors, add no line", () => {
  const { log, lines } = written({})
  log.error("bad", { why: "because", error: Object.assign(new Error("x"), { stack: undefined }) })
  expect((lines[0] ?? "").split("\n")).toHaveLength(2)
})
