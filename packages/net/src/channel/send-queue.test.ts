import { string, struct } from "@dchat/wire"
import fc from "fast-check"
import { expect, test } from "vitest"
import { defineMessage } from "../message/message.ts"
import { UNMETERED } from "../message/metering.ts"
import { Ping } from "../message/ping.ts"
import { Text, end, packet, queue } from "../testing/send-queue.test-kit.ts"
import { MAGIC } from "../testing/test-net.test-kit.ts"
import { PacketEncoder } from "./packet-encoder.ts"

test("packets of one turn leave in one piece", async () => {
  const { world, stream, received, read, sending } = await queue()
  read()
  for (let i = 0; i < 100; i++) expect(sending.offer(Text, packet(i))).toBe(true)
  await world.advance(10)
  expect(stream.writeCalls).toBe(1)
  expect(received.map(({ bytes }) => bytes.length)).toEqual([1200])
  await end(world, stream)
})

test("messages of one turn are gathered, and leave in one piece with the packets between them", async () => {
  const { world, stream, received, read, sending } = await queue()
  read()
  const encoder = new PacketEncoder(MAGIC)
  const expected: Uint8Array[] = []
  for (let i = 0; i < 150; i++) {
    const value = { text: `message ${i}` }
    expected.push(encoder.encode(Text, value))
    if (i % 50 === 10) sending.offer(Text, encoder.encode(Text, value))
    else void sending.send(Text, value)
    expect(sending.bytes).toBe(expected.reduce((sum, { length }) => sum + length, 0))
  }
  await world.advance(10)
  expect(stream.writeCalls).toBe(1)
  expect(Buffer.concat(received.map(({ bytes }) => bytes)).equals(Buffer.concat(expected))).toBe(true)
  expect(sending.bytes).toBe(0)
  await end(world, stream)
})

test("a message that cannot be encoded takes nothing with it", async () => {
  const { world, stream, received, read, sending } = await queue()
  read()
  const encoder = new PacketEncoder(MAGIC)
  void sending.send(Text, { text: "before" })
  expect(() => sending.send(Text, { text: 5 as never })).toThrow("a string is needed")
  expect(() => sending.send(Text, { text: "x".repeat(200) })).toThrow("are allowed")
  void sending.send(Text, { text: "after" })
  await world.advance(10)
  const expected = ["before", "after"].map((text) => encoder.encode(Text, { text }))
  expect(Buffer.concat(received.map(({ bytes }) => bytes)).equals(Buffer.concat(expected))).toBe(true)
  await end(world, stream)
})

test("queues that share an encoder each send their own, in order, whatever comes between", async () => {
  const Long = defineMessage({ command: "Long", codec: struct({ text: string }), maxBytes: 9000, metering: UNMETERED })
  const step = fc.record({
    who: fc.nat(2),
    how: fc.constantFrom("send", "send", "send", "put", "fail", "wait"),
    size: fc.oneof(fc.nat(80), fc.nat(8000)),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 150 }),
      fc.integer({ min: 9000, max: 60_000 }),
      async (steps, room) => {
        const encoder = new PacketEncoder(MAGIC)
        const queues = [await queue(room, encoder), await queue(room, encoder), await queue(room, encoder)]
        const expected: Uint8Array[][] = queues.map(() => [])
        const sent: Promise<void>[] = []
        for (const { read } of queues) read()
        for (const [i, { who, how, size }] of steps.entries()) {
          const { world, sending } = queues[who] as (typeof queues)[number]
          const value = { text: `${i} ${"x".repeat(size)}` }
          if (how === "wait") await world.advance(1)
          else if (how === "fail") expect(() => sending.send(Long, { text: "x".repeat(9001) })).toThrow("allowed")
          else {
            const packet = new PacketEncoder(MAGIC).encode(Long, value)
            expected[who]?.push(packet)
            sent.push(how === "send" ? sending.send(Long, value) : sending.put(Long, packet))
          }
        }
        for (const { world } of queues) await world.advance(1000)
        await Promise.all(sent)
        for (const [who, { world, stream, received, sending }] of queues.entries()) {
          await world.advance(1000)
          const all = Buffer.concat(received.map(({ bytes }) => bytes))
          expect(all.equals(Buffer.concat(expected[who] ?? []))).toBe(true)
          expect(sending.bytes).toBe(0)
          await end(world, stream)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test("what is gathered and was not sent when the channel stops is dropped, or moved on", async () => {
  for (const polite of [true, false]) {
    const { world, stream, received, read, sending } = await queue()
    read()
    void sending.send(Text, { text: "last words" })
    if (polite) sending.moveOn()
    expect(sending.bytes - stream.bufferedBytes).toBe(polite ? 0 : 21)
    sending.close(new Error("over"))
    stream.end()
    await world.advance(10)
    expect(received).toHaveLength(polite ? 1 : 0)
    await end(world, stream)
  }
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
