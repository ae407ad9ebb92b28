import fc from "fast-check"
import { expect, test } from "vitest"
import { ALLOWED_FROM, HOST_STATES, HostStates, type HostState } from "./state.ts"

const A = "tcp://1.2.3.4:5/"

test("an address that nothing is known of may enter any state", () => {
  for (const state of HOST_STATES) expect(new HostStates().enter(A, state, 0)).toBe(true)
})

test("the moves are those of darkfi-net 7.3", () => {
  const moves = HOST_STATES.flatMap((to) => ALLOWED_FROM[to].map((from) => `${from} -> ${to}`))
  const toFree = HOST_STATES.map((from) => `${from} -> free`)
  expect(new Set(moves)).toEqual(
    new Set([
      ...toFree,
      "free -> insert",
      "free -> refine",
      "suspend -> refine",
      "free -> connect",
      "free -> connected",
      "connect -> connected",
      "refine -> connected",
      "move -> connected",
      "free -> move",
      "connect -> move",
      "refine -> move",
      "connected -> move",
      "move -> suspend",
    ]),
  )
})

test("a refused move leaves the state as it was", () => {
  const step = fc.tuple(fc.constantFrom(A, "tcp://5.6.7.8:9/"), fc.constantFrom(...HOST_STATES))
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const states = new HostStates()
      const model = new Map<string, HostState>()
      for (const [address, to] of steps) {
        const from = model.get(address)
        const allowed = from === undefined || ALLOWED_FROM[to].includes(from)
        expect(states.enter(address, to, 0)).toBe(allowed)
        if (allowed) model.set(address, to)
        expect(states.get(address)).toBe(model.get(address))
      }
    }),
  )
})

test("an address is forgotten when it has been free for more than a day, and not while something is done with it", () => {
  const day = 86_400_000
  const states = new HostStates()
  states.enter("free", "free", 0)
  states.enter("busy", "connected", 0)
  states.enter("later", "free", 1)
  states.enter("other", "free", day)
  expect(states.size).toBe(4)
  states.enter("other", "connect", day + 1)
  expect([states.get("free"), states.get("busy"), states.get("later")]).toEqual([undefined, "connected", "free"])
})

test("beyond 20,000 addresses the oldest free ones are forgotten, down to 18,000", () => {
  const states = new HostStates()
  states.enter("busy", "connect", 0)
  for (let i = 0; i < 19_999; i++) states.enter(`${i}`, "free", 0)
  expect(states.size).toBe(20_000)
  states.enter("one more", "free", 0)
  expect(states.size).toBe(18_000)
  expect(states.get("busy")).toBe("connect")
  expect(states.get("0")).toBeUndefined()
  expect(states.get("one more")).toBe("free")
})
