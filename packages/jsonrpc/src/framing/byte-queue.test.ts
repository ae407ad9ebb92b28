import fc from "fast-check"
import { expect, test, vi } from "vitest"
import { ByteQueue } from "./byte-queue.ts"

const KIB = 1024

/** So many bytes, each of them the number of its piece. */
const pieces = fc
  .array(
    fc.oneof(
      fc.nat(40),
      fc.nat(40 * KIB),
      fc.constantFrom(16 * KIB - 1, 16 * KIB, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1),
    ),
    { maxLength: 12 },
  )
  .map((sizes) => sizes.map((size, index) => new Uint8Array(size).fill(index + 1)))

test("what was put in comes out in order, once, whatever the pieces", () => {
  const queue = new ByteQueue()
  fc.assert(
    fc.property(pieces, pieces, (waiting, rest) => {
      for (const piece of waiting) queue.push(piece)
      expect(queue.length).toBe(Buffer.concat(waiting).length)
      const last = Buffer.concat(rest)
      expect(Buffer.compare(queue.takeWith(last), Buffer.concat([...waiting, last]))).toBe(0)
      expect(queue.length).toBe(0)
    }),
  )
})

test("a small piece of a large chunk does not keep it", () => {
  const chunk = new Uint8Array(64 * KIB)
  const queue = new ByteQueue()
  queue.push(chunk.subarray(0, 100))
  chunk.fill(1)
  expect(queue.takeWith(new Uint8Array(0))).toEqual(new Uint8Array(100))
})

test("bytes that come one by one are not copied again and again", () => {
  const size = 100 * KIB
  const queue = new ByteQueue()
  const one = new Uint8Array(1)
  const copies = vi.spyOn(Uint8Array.prototype, "set")
  for (let count = 0; count < size; count++) queue.push(one)
  queue.takeWith(one)
  const copied = copies.mock.calls.reduce((sum, [from]) => sum + from.length, 0)
  copies.mockRestore()
  expect(copied).toBeLessThan(4 * size)
})
