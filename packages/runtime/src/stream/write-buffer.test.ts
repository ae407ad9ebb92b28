import fc from "fast-check"
import { expect, test } from "vitest"
import { SlabPool, WriteBuffer } from "./write-buffer.ts"

const join = (parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts)

test("what is taken is what was pushed, in few parts, whatever the sizes", () => {
  const size = fc.oneof(
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 3_000, max: 5_000 }),
    fc.integer({ min: 15_000, max: 17_000 }),
  )
  const turn = fc.array(size, { maxLength: 30 })
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 4 }), (turns) => {
      const pool = new SlabPool()
      const buffer = new WriteBuffer(pool)
      for (const [number, sizes] of turns.entries()) {
        const writes = sizes.map((length, index) => new Uint8Array(length).fill(number * 7 + index))
        for (const write of writes) buffer.push(write)
        const total = sizes.reduce((sum, length) => sum + length, 0)
        expect(buffer.length).toBe(total)
        const { parts, slab } = buffer.take()
        expect(join(parts).equals(join(writes))).toBe(true)
        expect(buffer.length).toBe(0)
        const big = sizes.filter((length) => length > 4_096).length
        expect(parts.length).toBeLessThanOrEqual(2 * big + 1 + Math.ceil(total / 8_192))
        if (slab !== undefined) pool.give(slab)
      }
    }),
    { numRuns: 60 },
  )
})

test("a write that stays alone is not copied, nor is a big one", () => {
  const buffer = new WriteBuffer(new SlabPool())
  const [small, big] = [new Uint8Array(10), new Uint8Array(5_000)]
  buffer.push(small)
  buffer.push(big)
  const { parts, slab } = buffer.take()
  expect(parts[0]).toBe(small)
  expect(parts[1]).toBe(big)
  expect(slab).toBeUndefined()
})

test("small writes go into one slab, which is used again when it is given back", () => {
  const pool = new SlabPool()
  const buffer = new WriteBuffer(pool)
  const fill = () => {
    for (let count = 0; count < 100; count++) buffer.push(new Uint8Array(100).fill(count))
    return buffer.take()
  }
  const first = fill()
  expect(first.parts).toHaveLength(1)
  const kept = fill()
  expect(kept.slab).not.toBe(first.slab)
  pool.give(first.slab!)
  expect(fill().slab).toBe(first.slab)
})
