import { expect, test } from "vitest"
import type { Frame } from "../framing/framing.ts"
import { messagePortTransport, type PortLike } from "./message-port.ts"

/** A port whose other end is the test's hand. */
function handPort() {
  const posted: unknown[] = []
  const listeners = new Map<string, (event: { data: unknown }) => void>()
  const port: PortLike = {
    postMessage: (message) => void posted.push(message),
    addEventListener: (type: string, listener: (event: { data: unknown }) => void) =>
      void listeners.set(type, listener),
  }
  return { port, posted, give: (data: unknown) => listeners.get("message")?.({ data }) }
}

function read(port: PortLike, options = {}) {
  const transport = messagePortTransport(port, { clock: { defer: (callback) => callback() }, ...options })
  const frames: Frame[] = []
  const seen = { transport, frames, closed: false, error: undefined as Error | undefined }
  transport.readInto({
    messages: (more) => void frames.push(...more),
    end: () => {},
    close: (error) => Object.assign(seen, { closed: true, error }),
  })
  return seen
}

test("the messages of one flush are one post", () => {
  const { port, posted } = handPort()
  const { transport } = read(port)
  for (const text of ["1", "2", "3"]) transport.send(text)
  transport.flush()
  expect(posted).toEqual([["1", "2", "3"]])
})

test("a single text is a message; what is no text costs one unreadable message", () => {
  const { port, give } = handPort()
  const { frames } = read(port)
  give("1")
  give(["2", 3])
  give({ jsonrpc: "2.0" })
  expect(frames).toEqual(["1", "2", { reason: "not a text" }, { reason: "not a text" }])
})

test("a sender that does not heed a pause is cut off", () => {
  const { port, posted, give } = handPort()
  const seen = read(port, { maxHeldLength: 10 })
  seen.transport.pause()
  give(["1234567890"])
  expect(seen.closed).toBe(false)
  give(["1"])
  expect([seen.closed, seen.error?.message]).toEqual([true, expect.stringContaining("10 characters")])
  expect(posted).toEqual([false])
})

test("false acknowledgements do no harm", () => {
  const { port, give } = handPort()
  const { transport } = read(port)
  for (const lie of [1e9, -5, Number.NaN]) give(lie)
  transport.send("12")
  transport.flush()
  expect(transport.bufferedBytes).toBe(2)
})
