import fc from "fast-check"
import { expect, test } from "vitest"
import { CallTable } from "./call-table.ts"

interface Call {
  readonly id: number | string
}

/** Gives ids as an engine does. */
function tableOf(ids: "numbers" | "texts") {
  const table = new CallTable<Call>()
  let lastId = 0
  return {
    table,
    add(): Call {
      lastId = table.free(lastId + 1)
      const call: Call = { id: ids === "texts" ? String(lastId) : lastId }
      table.set(call.id, call)
      return call
    },
  }
}

test("a table knows the calls that a Map would know, in the same order", () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.constant("add" as const) },
    { weight: 3, arbitrary: fc.record({ endsAt: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }) }) },
  )
  fc.assert(
    fc.property(
      fc.constantFrom("numbers" as const, "texts" as const),
      fc.array(step, { maxLength: 300 }),
      (ids, steps) => {
        const { table, add } = tableOf(ids)
        const model = new Map<number | string, Call>()
        for (const step of steps) {
          if (step === "add") {
            const call = add()
            expect(model.has(call.id)).toBe(false)
            model.set(call.id, call)
          } else {
            const id = [...model.keys()][Math.floor(step.endsAt * model.size)] ?? 1
            expect(table.delete(id)).toBe(model.delete(id))
            expect(table.get(id)).toBe(undefined)
          }
          expect(table.size).toBe(model.size)
        }
        expect(table.values()).toEqual([...model.values()])
        for (const [id, call] of model) expect(table.get(id)).toBe(call)
      },
    ),
  )
})

test("an id that no call has finds none, whatever place it leads to", () => {
  const { table, add } = tableOf("numbers")
  const call = add()
  const strangers = [null, 0, 17, -15, 1.5, 1 + 2 ** 32, Number.MAX_VALUE, "1", "", "one", "1e0"]
  for (const id of strangers) expect([table.get(id), table.delete(id)]).toEqual([undefined, false])
  expect(table.get(1)).toBe(call)
})

test("a call that waits while a million others come and go keeps its place, and its number is not given twice", () => {
  const { table, add } = tableOf("numbers")
  const patient = add()
  for (let count = 0; count < 1_000_000; count++) table.delete(add().id)
  expect(table.get(1)).toBe(patient)
  expect(table.size).toBe(1)
})

test("after a hundred thousand calls at once all is found, and nothing is left when they have ended", () => {
  const { table, add } = tableOf("numbers")
  const calls = Array.from({ length: 100_000 }, add)
  expect(calls.every((call) => table.get(call.id) === call)).toBe(true)
  expect(calls.every((call) => table.delete(call.id))).toBe(true)
  expect(table.values()).toEqual([])
  expect(add().id).toBe(100_001)
})
