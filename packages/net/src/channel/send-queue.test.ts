import type { ByteStream } from "@dchat/runtime"
import { virtualWorld, type VirtualWorld } from "@dchat/runtime/virtual"
import { string, struct } from "@dchat/wire"
import { expect, test } from "vitest"
import { defineMessage } from "../message/message.ts"
import { Ping } from "../message/ping.ts"
import { UNMETERED } from "./metering.ts"
import { SendQueue } from "./send-queue.ts"

const Text = defineMessage({ command: "Text", codec: struct({ text: string }), maxBytes: 100, metering: UNMETERED })

/** A queue to a peer that begins to read when it is told to. */
async function queue(maxBytes?: number) {
  const world = virtualWorld()
  const [near, far] = [world.host({ name: "near" }), world.host({ name: "far" })]
  const listener = await far.network.listen({ kind: "tcp", host: "far", port: 1 })
  const accepting = listener[Symbol.asyncIterator]().next()
  const stream = await world.runUntil(near.network.connect({ kind: "tcp", host: "far", port: 1 }))
  const { value: peer } = (await world.runUntil(accepting)) as { value: ByteStream }
  const received: { at: number; bytes: Uint8Array }[] = []
  const read = () => peer.readInto({ data: (bytes) => received.push({ at: world.now, bytes }), end() {}, close() {} })
  return { world, stream, received, read, sending: new SendQueue(stream, near.clock, maxBytes) }
}

async function end(world: VirtualWorld, stream: ByteStream): Promise<void> {
  await world.runUntil(stream.close())
}

function packet(byte: number, length = 12): Uint8Array {
  return new Uint8Array(length).fill(byte)
}

test("packets of one turn leave in one piece", async () => {
  const { world, stream, received, read, sending } = await queue()
  read()
  for (let i = 0; i < 100; i++) expect(sending.offer(Text, packet(i))).toBe(true)
  await world.advance(10)
  expect(stream.writeCalls).toBe(1)
  expect(received.map(({ bytes }) => bytes.length)).toEqual([1200])
  await end(world, stream)
})

test("a full queue refuses what is offered, and counts it", async () => {
  const { world, stream, read, sending } = await queue(100_000)
  let taken = 0
  while (sending.offer(Text, packet(1, 10_000))) taken++
  expect(sending.bytes).toBeGreaterThan(90_000)
  expect(sending.bytes).toBeLessThanOrEqual(100_000)
  expect([taken < 20, sending.refused]).toEqual([true, 1])
  read()
  await world.advance(1000)
  expect(sending.bytes).toBe(0)
  expect(sending.offer(Text, packet(0, 10_000))).toBe(true)
  await end(world, stream)
})

test("who waits for room gets it in turn, and nobody overtakes", async () => {
  const { world, stream, received, read, sending } = await queue(100_000)
  const order: number[] = []
  const puts = Array.from({ length: 30 }, async (_, i) => {
    await sending.put(Text, packet(i, 20_000))
    order.push(i)
  })
  await world.advance(10)
  expect(order.length).toBeLessThan(15)
  expect(sending.offer(Text, packet(99, 1))).toBe(false)
  read()
  await world.runUntil(Promise.all(puts))
  await world.advance(1000)
  expect(order).toEqual(Array.from({ length: 30 }, (_, i) => i))
  const everyThousandth = received.flatMap(({ bytes }) => [...bytes]).filter((_, i) => i % 1000 === 0)
  expect(everyThousandth).toEqual(order.flatMap((i) => Array<number>(20).fill(i)))
  await end(world, stream)
})

test("a packet that is larger than the queue waits until next to nothing is in it", async () => {
  const { world, stream, received, read, sending } = await queue(1000)
  await world.runUntil(sending.put(Text, packet(1, 200_000)))
  const second = sending.put(Text, packet(2, 200_000))
  await world.advance(10)
  expect(sending.bytes).toBeLessThanOrEqual(200_000)
  read()
  await world.runUntil(second)
  await world.advance(1000)
  expect(received.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(400_000)
  await end(world, stream)
})

test("who puts without a pause lets other work run after each 64 KiB, one promise for all", async () => {
  const { world, stream, read, sending } = await queue()
  read()
  const first = sending.put(Text, packet(1, 64_000))
  const [second, third] = [sending.put(Text, packet(2, 2000)), sending.put(Text, packet(3, 2000))]
  expect(second).toBe(third)
  const settled: string[] = []
  void first.then(() => settled.push("first"))
  void second.then(() => settled.push("second"))
  for (let i = 0; i < 10; i++) await Promise.resolve()
  expect(settled).toEqual(["first"])
  await world.advance(0)
  expect(settled).toEqual(["first", "second"])
  expect(sending.put(Text, packet(4))).not.toBe(third)
  await end(world, stream)
})

test("who pauses when the channel stops is let go, and leaves no timer", async () => {
  const { world, stream, sending } = await queue()
  const pausing = sending.put(Text, packet(1, 100_000))
  sending.close(new Error("over"))
  await pausing
  await end(world, stream)
  await world.advance(100)
  expect(world.pendingEvents).toBe(0)
})

test("a wait for room can be cancelled", async () => {
  const { world, stream, sending } = await queue(1000)
  await world.runUntil(sending.put(Text, packet(1, 200_000)))
  const controller = new AbortController()
  const first = sending.put(Text, packet(2, 900), { signal: controller.signal })
  const second = sending.put(Text, packet(3, 900), { signal: controller.signal })
  controller.abort(new Error("enough"))
  await expect(first).rejects.toThrow("enough")
  await expect(second).rejects.toThrow("enough")
  await end(world, stream)
})

test("too many messages of a kind are held back, in order, so that no peer has to ban us", async () => {
  const { world, stream, received, read, sending } = await queue()
  read()
  for (let nonce = 0; nonce < 60; nonce++) expect(sending.offer(Ping, packet(nonce))).toBe(true)
  expect(sending.offer(Text, packet(255))).toBe(true)
  await world.advance(5)
  expect(received.flatMap(({ bytes }) => [...bytes].filter((_, i) => i % 12 === 0))).toEqual([0, 1, 2, 3, 255])
  expect(sending.bytes).toBe(56 * 12)

  await world.advance(1_000_000)
  const times = received.flatMap(({ at, bytes }) =>
    [...bytes].flatMap((byte, i) => (i % 12 === 0 && byte !== 255 ? [{ at, byte }] : [])),
  )
  expect(times.map(({ byte }) => byte)).toEqual(Array.from({ length: 60 }, (_, i) => i))
  for (const { at } of times) {
    expect(times.filter((other) => other.at <= at && at - other.at < 10_000).length).toBeLessThanOrEqual(10)
  }
  expect(sending.bytes).toBe(0)
  await end(world, stream)
})

test("who waits for room when the channel stops is let go, and leaves no timer", async () => {
  const { world, stream, sending } = await queue(1000)
  await world.runUntil(sending.put(Text, packet(1, 200_000)))
  const waiting = Promise.all(Array.from({ length: 10 }, (_, i) => sending.put(Ping, packet(i))))
  await world.advance(10)
  sending.close(new Error("over"))
  await end(world, stream)
  await expect(world.runUntil(waiting)).rejects.toThrow("over")
  await world.advance(10)
  expect(world.pendingEvents).toBe(0)
})

test("what is held back is dropped when the channel stops, and its timers with it", async () => {
  const { world, stream, sending } = await queue()
  for (let nonce = 0; nonce < 10; nonce++) sending.offer(Ping, packet(nonce))
  sending.close(new Error("over"))
  await end(world, stream)
  await world.advance(100)
  expect(world.pendingEvents).toBe(0)
  expect(sending.bytes).toBe(0)
})
