import { logTo } from "@dchat/runtime"
import { expect, test } from "vitest"
import { levelOf, logSink } from "./sink.ts"

const CLOCK = { now: () => 1_795_252_718_123 }

function lines(format: "text" | "json", verbosity: number): { log: ReturnType<typeof logTo>; written: string[] } {
  const written: string[] = []
  const log = logTo(logSink(CLOCK, { format, level: levelOf(verbosity), write: (text) => written.push(text) }))
  return { log, written }
}

test("-v raises the level", () => {
  expect([0, 1, 2, 3, 9].map(levelOf)).toEqual(["info", "debug", "trace", "trace", "trace"])
  const quiet = lines("text", 0)
  quiet.log.debug("not this")
  quiet.log.warn("this")
  expect(quiet.written).toEqual(["09:18:38 WARN  this\n"])
  expect(quiet.log.isEnabled("debug")).toBe(false)
  expect(lines("text", 1).log.isEnabled("debug")).toBe(true)
})

test("JSON lines hold level, time, part, text and facts", () => {
  const { log, written } = lines("json", 1)
  log.child("net", { peer: "x" }).debug("hello\n", { n: 1 })
  log.trace("not this")
  expect(written).toHaveLength(1)
  expect(written[0]!.endsWith("\n")).toBe(true)
  expect(JSON.parse(written[0]!)).toEqual({
    level: "debug",
    time: 1_795_252_718_123,
    name: "net",
    peer: "x",
    n: 1,
    msg: "hello\n",
  })
})
