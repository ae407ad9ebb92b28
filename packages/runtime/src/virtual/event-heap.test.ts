import fc from "fast-check"
import { expect, test } from "vitest"
import { EventHeap, type HeapEvent } from "./event-heap.ts"

const inOrder = (a: HeapEvent, b: HeapEvent): number => a.time - b.time || a.sequence - b.sequence

test("events come out by time, and of one time as they were put in", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (times) => {
      const events = times.map((time, sequence) => ({ time, sequence }))
      const heap = new EventHeap<HeapEvent>()
      for (const event of events) heap.push(event)
      const out = events.map(() => heap.pop())
      expect(out).toEqual([...events].sort(inOrder))
      expect(heap.pop()).toBeUndefined()
    }),
  )
})

test("pushes, pops and filters in any order agree with a sorted list", () => {
  const step = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant("pop" as const), fc.constant("filter" as const))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new EventHeap<HeapEvent>()
      let model: HeapEvent[] = []
      for (const [sequence, step] of steps.entries()) {
        if (step === "pop") expect(heap.pop()).toEqual(model.shift())
        else if (step === "filter") {
          const keep = (event: HeapEvent): boolean => event.time % 3 !== 0
          heap.filter(keep)
          model = model.filter(keep)
        } else {
          heap.push({ time: step, sequence })
          model = [...model, { time: step, sequence }].sort(inOrder)
        }
        expect(heap.size).toBe(model.length)
        expect(heap.peek()).toEqual(model[0])
      }
    }),
  )
})
