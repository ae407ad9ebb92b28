import * as fc from "fast-check"
import { expect, test } from "vitest"
import type { LogRecord } from "./log.ts"
import { escapeControls, readableLine, timeOfDay } from "./log-line.ts"

const CLOCK = { now: () => 1_795_252_718_123 }

function line(record: Partial<LogRecord>): string {
  return readableLine(CLOCK, { level: "info", name: "", message: "", fields: {}, ...record })
}

test("a line has time, level, part and text", () => {
  expect(line({ name: "net:channel", message: "connected" })).toBe("09:18:38 INFO  net:channel: connected\n")
  expect(line({ level: "error", message: "no" })).toBe("09:18:38 ERROR no\n")
})

test("facts follow the text", () => {
  const fields = {
    peer: "tcp://127.0.0.1:1/",
    n: 3,
    big: 5n,
    error: new Error("it broke"),
    list: [1, 2n],
    why: "two words",
  }
  expect(line({ message: "closed", fields })).toBe(
    '09:18:38 INFO  closed peer=tcp://127.0.0.1:1/ n=3 big=5 error="it broke" list=[1,"2"] why="two words"\n',
  )
})

test("facts that cannot be shown break nothing", () => {
  const loop: { self?: unknown } = {}
  loop.self = loop
  expect(line({ message: "x", fields: { loop, nothing: undefined, none: null } })).toBe(
    "09:18:38 INFO  x loop=[unprintable] nothing=undefined none=null\n",
  )
})

test("the time of day is that of UTC", () => {
  expect([0, 86_399_999, 86_400_000, -1].map(timeOfDay)).toEqual(["00:00:00", "23:59:59", "00:00:00", "23:59:59"])
  // oxlint-disable-next-line eslint/no-restricted-globals -- the platform's own answer, to compare with
  fc.assert(fc.property(fc.nat(4e12), (ms) => timeOfDay(ms) === new Date(ms).toISOString().slice(11, 19)))
})

test("nothing that a stranger sends reaches the terminal as a command", () => {
  expect(escapeControls("a\u001b[2Jb\nc\u202ed")).toBe("a\\u001b[2Jb\\nc\\u202ed")
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (message) => {
      expect(line({ message }).slice(0, -1)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    }),
  )
})
