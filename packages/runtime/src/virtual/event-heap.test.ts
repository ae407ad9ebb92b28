import fc from "fast-check"
import { expect, test } from "vitest"
import { EventHeap } from "./event-heap.ts"

interface Event {
  readonly time: number
  readonly sequence: number
}

const inOrder = (a: Event, b: Event): number => a.time - b.time || a.sequence - b.sequence

test("events come out by time, and of one time as they were put in", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (times) => {
      const events = times.map((time, sequence) => ({ time, sequence }))
      const heap = new EventHeap<Event>()
      for (const event of events) heap.push(event, event.time)
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
      const heap = new EventHeap<Event>()
      let model: Event[] = []
      for (const [sequence, step] of steps.entries()) {
        if (step === "pop") expect(heap.pop()).toEqual(model.shift())
        else if (step === "filter") {
          const keep = (event: Event): boolean => event.time % 3 !== 0
          heap.filter(keep)
          model = model.filter(keep)
        } else {
          heap.push({ time: step, sequence }, step)
          model = [...model, { time: step, sequence }].sort(inOrder)
        }
        expect(heap.size).toBe(model.length)
        expect(heap.peek()).toEqual(model[0])
        expect(heap.firstTime).toBe(model[0]?.time ?? Infinity)
      }
    }),
  )
})
