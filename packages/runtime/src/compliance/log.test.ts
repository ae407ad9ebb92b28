import { describe, expect, test } from "vitest"
import { logTo, silentLog, type Log } from "../index.ts"
import { nodeRuntime } from "../node/index.ts"
import { MemoryLog, virtualWorld } from "../virtual/index.ts"

const LOGS: readonly (readonly [name: string, make: (sink: MemoryLog) => Log, root: string])[] = [
  ["plain", (sink) => logTo(sink), ""],
  ["node", (sink) => nodeRuntime({ log: logTo(sink) }).log, ""],
  ["virtual", (sink) => virtualWorld({ log: sink }).host({ name: "alice" }).log, "alice"],
]

describe.each(LOGS)("the %s log", (_name, make, root) => {
  test("writes every level, with facts", () => {
    const sink = new MemoryLog()
    const log = make(sink)
    log.error("a", { n: 1 })
    log.warn("b")
    log.info("c")
    log.debug("d")
    log.trace("e")
    expect(sink.records.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "error a",
      "warn b",
      "info c",
      "debug d",
      "trace e",
    ])
    expect(sink.records[0]).toEqual({ level: "error", name: root, message: "a", fields: { n: 1 } })
    expect(sink.records[1]?.fields).toEqual({})
  })

  test("keeps what is quieter than asked away from the sink, and says so beforehand", () => {
    const sink = new MemoryLog({ level: "warn" })
    const log = make(sink)
    log.info("too quiet")
    log.warn("heard")
    expect(sink.records.map((record) => record.message)).toEqual(["heard"])
    expect([log.isEnabled("error"), log.isEnabled("warn"), log.isEnabled("info")]).toEqual([true, true, false])
  })

  test("names its parts, and gives them their facts", () => {
    const sink = new MemoryLog()
    const channel = make(sink).child("net").child("channel", { peer: "10.0.0.1", try: 1 })
    channel.info("open", { try: 2 })
    expect(sink.records).toEqual([
      {
        level: "info",
        name: root === "" ? "net:channel" : `${root}:net:channel`,
        message: "open",
        fields: { peer: "10.0.0.1", try: 2 },
      },
    ])
  })
})

test("a memory log keeps the last records only", () => {
  const sink = new MemoryLog({ limit: 3 })
  const log = logTo(sink)
  for (let count = 0; count < 100; count++) {
    log.info(`${count}`)
    expect(sink.records.length).toBeLessThanOrEqual(3)
  }
  expect(sink.records.map((record) => record.message)).toEqual(["97", "98", "99"])
})

test("the silent log keeps nothing and wants nothing", () => {
  silentLog.error("unheard")
  expect(silentLog.isEnabled("error")).toBe(false)
  expect(silentLog.child("part", { a: 1 }).isEnabled("error")).toBe(false)
})
