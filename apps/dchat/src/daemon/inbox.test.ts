import * as fc from "fast-check"
import { expect, test } from "vitest"
import { Inbox } from "./inbox.ts"

function message(text: string) {
  return { text, time: 7, peer: "tcp://127.0.0.1:1/", session: "inbound" }
}

test("it begins with one empty message", () => {
  expect(new Inbox().texts).toEqual([""])
})

test("messages are kept in order, with numbers from 1", () => {
  const inbox = new Inbox()
  for (const text of ["a", "", "b"]) inbox.add(message(text))
  expect(inbox.texts).toEqual(["", "a", "", "b"])
  expect(inbox.after(0)).toEqual([
    { ...message("a"), number: 1 },
    { ...message(""), number: 2 },
    { ...message("b"), number: 3 },
  ])
  expect(inbox.after(2)).toEqual([{ ...message("b"), number: 3 }])
  expect(inbox.after(3)).toEqual([])
  expect(inbox.after(1000)).toEqual([])
  expect(inbox.after(-1000)).toHaveLength(4)
})

test("the oldest go when there are too many or they are too big, and are counted", () => {
  const few = new Inbox({ messages: 2, bytes: 1000 })
  for (const text of ["a", "b", "c"]) few.add(message(text))
  expect([few.texts, few.dropped]).toEqual([["b", "c"], 2])
  expect(few.after(0).map(({ number }) => number)).toEqual([2, 3])

  const small = new Inbox({ messages: 100, bytes: 10 })
  for (const text of ["aaa", "bbb", "cc"]) small.add(message(text))
  expect([small.texts, small.dropped]).toEqual([["bbb", "cc"], 2])
})

test("one message is kept whatever its size", () => {
  const inbox = new Inbox({ messages: 100, bytes: 10 })
  inbox.add(message("x".repeat(100)))
  expect(inbox.texts).toEqual(["x".repeat(100)])
})

test("a wait ends at once when the message is there, else when it comes", async () => {
  const inbox = new Inbox()
  await inbox.arrivalAfter(-1)
  const arrivals: string[] = []
  const first = inbox.arrivalAfter(0).then(() => arrivals.push("first"))
  const second = inbox.arrivalAfter(1).then(() => arrivals.push("second"))
  inbox.add(message("a"))
  await first
  expect(arrivals).toEqual(["first"])
  inbox.add(message("b"))
  await second
  expect(arrivals).toEqual(["first", "second"])
})

test("a wait ends with the signal's reason", async () => {
  const controller = new AbortController()
  const waiting = new Inbox().arrivalAfter(0, { signal: controller.signal })
  controller.abort(new Error("enough"))
  await expect(waiting).rejects.toThrow("enough")
})

test("it never keeps more than its limits, and always the newest, with numbers that count up by one", () => {
  const limits = { messages: 5, bytes: 40 }
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 20 }), { minLength: 1 }), (texts) => {
      const inbox = new Inbox(limits)
      for (const text of texts) inbox.add(message(text))
      const kept = inbox.texts
      expect(kept).toEqual(["", ...texts].slice(-kept.length))
      expect(kept.length).toBeLessThanOrEqual(limits.messages)
      const bytes = kept.reduce((sum, text) => sum + Buffer.byteLength(JSON.stringify(text)), 0)
      if (kept.length > 1) expect(bytes).toBeLessThanOrEqual(limits.bytes)
      expect(kept.length + inbox.dropped).toBe(texts.length + 1)
      expect(inbox.after(-1).map(({ number }) => number)).toEqual(kept.map((_, i) => inbox.dropped + i))
    }),
  )
})
