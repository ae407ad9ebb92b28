import * as fc from "fast-check"
import { expect, test } from "vitest"
import { LinkedList } from "./linked-list.ts"

test("it keeps the order of arrival, whoever leaves from the middle", () => {
  const move = fc.oneof(fc.constant("push" as const), fc.constant("shift" as const), fc.record({ remove: fc.nat() }))
  fc.assert(
    fc.property(fc.array(move, { maxLength: 100 }), (moves) => {
      const list = new LinkedList<number>()
      const links = []
      let model: number[] = []
      for (const [value, move] of moves.entries()) {
        if (move === "push") {
          links.push(list.push(value))
          model.push(value)
        } else if (move === "shift") {
          expect(list.shift()?.value).toBe(model.shift())
        } else {
          // Some of these have left before: removing them again must do nothing.
          const link = links[move.remove % (links.length || 1)]
          if (link !== undefined) list.remove(link)
          model = model.filter((other) => other !== link?.value)
        }
        expect(list.size).toBe(model.length)
      }
      for (const value of model) expect(list.shift()?.value).toBe(value)
      expect(list.shift()).toBeUndefined()
    }),
  )
})

test("a link that was removed holds no neighbour", () => {
  const list = new LinkedList<string>()
  list.push("a")
  const link = list.push("b")
  list.push("c")
  list.remove(link)
  expect(link).toEqual({ value: "b", previous: undefined, next: undefined, linked: false })
})
