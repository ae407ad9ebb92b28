import { expect, test } from "vitest"
import type { StreamOptions } from "../index.ts"
import { Outbox } from "./outbox.ts"
import { SlabPool } from "./write-buffer.ts"

/** An outbox on a port that notes what it is given, and takes it when told. */
function makeOutbox(options?: StreamOptions) {
  const sends: number[] = []
  const turn: (() => void)[] = []
  const port = {
    takesAtOnce: true,
    defer: (callback: () => void) => void turn.push(callback),
    send(parts: Uint8Array[]) {
      sends.push(parts.reduce((sum, part) => sum + part.length, 0))
      return port.takesAtOnce
    },
  }
  const endTurn = (): void => {
    for (const callback of turn.splice(0)) callback()
  }
  return { outbox: new Outbox(port, new SlabPool(), options), port, sends, endTurn }
}

test("while a send is under way the next one gathers, and goes when it has been taken", () => {
  const { outbox, port, sends, endTurn } = makeOutbox()
  port.takesAtOnce = false
  outbox.write(new Uint8Array(10))
  endTurn()
  for (let count = 0; count < 5; count++) {
    outbox.write(new Uint8Array(20))
    outbox.flush()
    endTurn()
  }
  expect(sends).toEqual([10])
  expect(outbox.bufferedBytes).toBe(110)
  outbox.sent()
  expect(sends).toEqual([10, 100])
  outbox.sent()
  expect([outbox.bufferedBytes, outbox.writeCalls]).toEqual([0, 2])
})

test("what fills the buffer within a turn leaves nothing for its end", () => {
  const { outbox, sends, endTurn } = makeOutbox({ flushBytes: 100 })
  for (let count = 0; count < 4; count++) outbox.write(new Uint8Array(50))
  endTurn()
  expect(sends).toEqual([100, 100])
})

test("small writes leave in one part of 16 KiB at most", () => {
  const sends: number[][] = []
  const port = {
    defer: () => {},
    send: (parts: Uint8Array[]) => {
      sends.push(parts.map((part) => part.length))
      return true
    },
  }
  const outbox = new Outbox(port, new SlabPool())
  for (let count = 0; count < 1000; count++) outbox.write(new Uint8Array(63))
  expect(sends).toEqual([[260 * 63], [260 * 63], [260 * 63]])
})

test("write says false above the high-water mark, and drained waits for it to fall", async () => {
  const { outbox, port } = makeOutbox({ flushBytes: 1, highWaterMark: 100 })
  port.takesAtOnce = false
  expect(outbox.write(new Uint8Array(100))).toBe(true)
  expect(outbox.write(new Uint8Array(1))).toBe(false)
  let isDrained = false
  const drained = outbox.drained().then(() => (isDrained = true))
  outbox.write(new Uint8Array(150))
  outbox.sent()
  await Promise.resolve()
  expect(isDrained).toBe(false)
  outbox.sent()
  await drained
  await outbox.drained()
})

test("after the end writes are dropped; what waited is sent, even behind a send under way", () => {
  const { outbox, port, sends, endTurn } = makeOutbox()
  port.takesAtOnce = false
  outbox.write(new Uint8Array(10))
  outbox.flush()
  outbox.write(new Uint8Array(20))
  outbox.end()
  outbox.write(new Uint8Array(40))
  endTurn()
  expect(sends).toEqual([10, 20])
  expect(outbox.bufferedBytes).toBe(30)
})

test("closing drops what waits and wakes who waits", async () => {
  const { outbox, port, sends, endTurn } = makeOutbox({ highWaterMark: 5 })
  port.takesAtOnce = false
  outbox.write(new Uint8Array(10))
  const drained = outbox.drained()
  outbox.close()
  await drained
  endTurn()
  outbox.sent()
  expect([sends, outbox.bufferedBytes]).toEqual([[], 0])
})

test("a wait that was given up leaves no listener on its signal", async () => {
  const { outbox, port } = makeOutbox({ highWaterMark: 5 })
  port.takesAtOnce = false
  outbox.write(new Uint8Array(10))
  const listeners = new Set<unknown>()
  const abort = new AbortController()
  const { signal } = abort
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (type: string, listener: EventListener) => {
    listeners.add(listener)
    add(type, listener)
  }
  signal.removeEventListener = (type: string, listener: EventListener) => {
    listeners.delete(listener)
    remove(type, listener)
  }
  const drained = outbox.drained({ signal })
  expect(listeners.size).toBe(1)
  outbox.close()
  await drained
  expect(listeners.size).toBe(0)
})
