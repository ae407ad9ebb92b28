import { string, struct } from "@dchat/wire"
import fc from "fast-check"
import { expect, test } from "vitest"
import { defineMessage } from "../message/message.ts"
import { UNMETERED } from "../message/metering.ts"
import { Ping } from "../message/ping.ts"
import { Text, end, packet, queue } from "../testing/send-queue.test-kit.ts"
import { STREAM_BYTES } from "./backlog.ts"

const text = struct({ text: string })
const Call = defineMessage({ command: "Call", codec: text, maxBytes: 100, metering: UNMETERED, urgent: true })

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

test("what is urgent goes ahead of what waits for the stream, even when there is room for nothing else", async () => {
  const { world, stream, received, read, sending } = await queue(1_000_000)
  let taken = 0
  while (sending.offer(Text, packet(taken % 200, 10_000))) taken++
  expect(stream.bufferedBytes).toBeLessThan(150_000)
  expect(sending.offer(Ping, packet(250, 100))).toBe(true)
  expect(sending.offer(Ping, packet(251, 100))).toBe(true)
  expect(sending.offer(Ping, packet(252, 10_000))).toBe(false)
  read()
  await world.advance(1000)
  const bytes = received.flatMap((piece) => [...piece.bytes])
  const [first, second] = [bytes.indexOf(250), bytes.indexOf(251)]
  expect(second).toBe(first + 100)
  expect(first).toBeLessThan(220_000)
  const rest = bytes.filter((byte) => byte < 250)
  expect(rest).toHaveLength(taken * 10_000)
  expect(rest.filter((_, i) => i % 10_000 === 0)).toEqual(Array.from({ length: taken }, (_, i) => i % 200))
  expect(sending.bytes).toBe(0)
  await end(world, stream)
})

test("an urgent message waits for nobody who waits for room", async () => {
  const { world, stream, sending } = await queue(300_000)
  const puts = Array.from({ length: 5 }, () => sending.put(Text, packet(1, 100_000)))
  const before = sending.bytes
  await world.runUntil(sending.put(Ping, packet(2)))
  expect(before).toBeGreaterThanOrEqual(300_000 - 65_536)
  expect(sending.bytes - before).toBe(12)
  sending.close(new Error("over"))
  await end(world, stream)
  const outcomes = await world.runUntil(Promise.allSettled(puts))
  expect(outcomes.at(-1)).toMatchObject({ status: "rejected", reason: { message: "over" } })
})

test("a wait for a backlog can be cancelled, and ends with the channel", async () => {
  const { world, stream, sending } = await queue(1_000_000)
  while (sending.offer(Text, packet(1, 10_000)));
  const controller = new AbortController()
  const cancelled = sending.put(Text, packet(2, 10_000), { signal: controller.signal })
  const waiting = sending.put(Text, packet(3, 10_000))
  await world.advance(10)
  controller.abort(new Error("enough"))
  await expect(cancelled).rejects.toThrow("enough")
  sending.close(new Error("over"))
  expect(sending.bytes).toBe(stream.bufferedBytes)
  await end(world, stream)
  await expect(world.runUntil(waiting)).rejects.toThrow("over")
  await world.advance(10)
  expect(world.pendingEvents).toBe(0)
})

test("nothing is lost or overtaken, however large the packets are and however fast they are read", async () => {
  const packets = fc.array(fc.record({ size: fc.integer({ min: 1, max: 150_000 }), waitMs: fc.nat(3) }), {
    maxLength: 40,
  })
  await fc.assert(
    fc.asyncProperty(packets, fc.nat(50), async (sizes, readAt) => {
      const { world, clock, stream, received, read, sending } = await queue(400_000)
      const puts: Promise<void>[] = []
      clock.setTimer(readAt, read)
      for (const [i, { size, waitMs }] of sizes.entries()) {
        puts.push(sending.put(Text, packet(i, size)))
        await world.advance(waitMs)
      }
      await world.runUntil(Promise.all(puts))
      await world.advance(1000)
      const all = Buffer.concat(received.map(({ bytes }) => bytes))
      expect(all.equals(Buffer.concat(sizes.map(({ size }, i) => packet(i, size))))).toBe(true)
      expect(sending.bytes).toBe(0)
      await end(world, stream)
    }),
    { numRuns: 50 },
  )
})

test("what is urgent goes between packets, behind as much as was said, and what has left is counted", async () => {
  const step = fc.record({
    size: fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 400_000 })),
    isUrgent: fc.boolean(),
    waitMs: fc.nat(3),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.nat(60), async (steps, readAt) => {
      const { world, clock, stream, received, read, sending } = await queue(2 ** 30)
      clock.setTimer(readAt, read)
      const sizes: number[] = []
      const urgentAt: number[] = []
      let sent = 0
      for (const { size, isUrgent, waitMs } of steps) {
        if (isUrgent) {
          urgentAt.push(sending.sent + sending.ahead)
          sending.offer(Call, packet(250))
          expect(sending.sent + sending.ahead).toBe((urgentAt.at(-1) as number) + 12)
        } else {
          sending.offer(Text, packet(sizes.length, size))
          sizes.push(size)
        }
        await world.advance(waitMs)
        expect(sending.sent).toBeGreaterThanOrEqual(sent)
        sent = sending.sent
      }
      await world.advance(1000)
      const all = Buffer.concat(received.map(({ bytes }) => bytes))
      expect([sending.sent, sending.ahead, sending.bytes]).toEqual([all.length, 0, 0])
      for (const at of urgentAt) expect(all.subarray(at, at + 12).equals(packet(250))).toBe(true)
      // Without what was urgent the packets are there, in order and whole.
      const rest = all.filter((byte) => byte !== 250)
      expect(Buffer.concat(sizes.map((size, i) => packet(i, size))).equals(rest)).toBe(true)
      // None of them has anything urgent in its middle.
      const starts = new Set<number>()
      for (let at = 0; at < all.length; at += all[at] === 250 ? 12 : (sizes[all[at] as number] as number))
        starts.add(at)
      expect(urgentAt.every((at) => starts.has(at))).toBe(true)
      await end(world, stream)
    }),
    { numRuns: 60 },
  )
})

test("a stream is never given more than its room of a long packet", async () => {
  const { world, stream, read, sending } = await queue(2 ** 30)
  sending.offer(Text, packet(1, 3_000_000))
  expect(stream.bufferedBytes).toBe(STREAM_BYTES)
  read()
  for (let at = 0; at < 100 && sending.bytes > 0; at++) {
    await world.advance(1)
    expect(stream.bufferedBytes).toBeLessThanOrEqual(STREAM_BYTES)
  }
  expect([sending.bytes, sending.sent]).toEqual([0, 3_000_000])
  await end(world, stream)
})

test("who stops in the middle of a long packet gives the stream all of it, and what waits behind it, or nothing more", async () => {
  for (const isPolite of [true, false]) {
    const { world, stream, received, read, sending } = await queue(2 ** 30)
    sending.offer(Text, packet(1, 500_000))
    sending.offer(Text, packet(2, 100))
    sending.offer(Call, packet(3, 10))
    sending.offer(Text, packet(4, 200_000))
    if (isPolite) sending.moveOn()
    sending.close(new Error("over"))
    expect(sending.bytes).toBe(stream.bufferedBytes)
    read()
    await world.advance(1000)
    const all = Buffer.concat(received.map(({ bytes }) => bytes))
    const whole = [packet(1, 500_000), packet(3, 10), packet(2, 100), packet(4, 200_000)]
    if (isPolite) expect(all.equals(Buffer.concat(whole))).toBe(true)
    else expect(all.length).toBeLessThan(250_000)
    await end(world, stream)
    await world.advance(100)
    expect(world.pendingEvents).toBe(0)
  }
})
