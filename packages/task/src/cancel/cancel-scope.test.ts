import { getEventListeners } from "node:events"
import { virtualWorld } from "@dchat/runtime/virtual"
import * as fc from "fast-check"
import { expect, test, vi } from "vitest"
import { CancelScope, isTimeout, Mutex, nursery, Queue, sleep, Stopped, timeout, TimeoutError } from "../index.ts"

function virtualTime() {
  const world = virtualWorld()
  return { world, clock: world.host({ name: "here" }).clock }
}

function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error("it did not throw")
}

test("a checkpoint throws every time once the scope is cancelled, not only the first time", () => {
  const scope = new CancelScope()
  scope.checkpoint()
  const reason = new Error("enough")
  scope.cancel(reason)
  expect(thrownBy(() => scope.checkpoint())).toBe(reason)
  expect(thrownBy(() => scope.checkpoint())).toBe(reason)
})

test("the first reason wins", () => {
  const scope = new CancelScope()
  scope.cancel("first")
  scope.cancel("second")
  expect(scope.reason).toBe("first")
})

test("without a reason it is Stopped, or what the scope's owner makes", () => {
  const plain = new CancelScope()
  plain.cancel()
  expect(plain.reason).toBeInstanceOf(Stopped)

  const own = new CancelScope(undefined, { reason: () => "own" })
  expect(thrownBy(() => own.stop())).toBe("own")
})

test("stop cancels the scope and throws at once", () => {
  const scope = new CancelScope()
  expect(thrownBy(() => scope.stop("mine"))).toBe("mine")
  expect(scope.cancelled).toBe(true)
  expect(thrownBy(() => scope.stop("later"))).toBe("mine")
})

test("a child is cancelled with its parent, and not the other way round", () => {
  const parent = new CancelScope()
  const child = new CancelScope(parent)
  const grandchild = new CancelScope(child)
  child.cancel("child")
  expect(parent.cancelled).toBe(false)
  expect(grandchild.reason).toBe("child")

  const sibling = new CancelScope(parent)
  parent.cancel("parent")
  expect(sibling.reason).toBe("parent")
  expect(new CancelScope(parent).reason).toBe("parent")
})

test("a shielded child goes on when its parent is cancelled, and can be cancelled by hand", () => {
  const parent = new CancelScope()
  const before = new CancelScope(parent, { shield: true })
  parent.cancel()
  const after = new CancelScope(parent, { shield: true })
  expect([before.cancelled, after.cancelled]).toEqual([false, false])
  before.cancel("by hand")
  expect(before.reason).toBe("by hand")
})

test("an AbortSignal can be the parent, aborted or not, and keeps no listener", () => {
  const controller = new AbortController()
  const child = new CancelScope(controller.signal)
  const letGo = new CancelScope(controller.signal)
  letGo[Symbol.dispose]()
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(1)

  controller.abort("platform")
  expect(child.reason).toBe("platform")
  expect(letGo.cancelled).toBe(false)
  expect(new CancelScope(controller.signal).reason).toBe("platform")
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0)
})

test("a child that is cancelled by hand leaves its parent", () => {
  const controller = new AbortController()
  new CancelScope(controller.signal).cancel()
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0)
})

test("the signal says what the scope says, whenever it is read", () => {
  const early = new CancelScope()
  const { signal } = early
  early.cancel("why")
  expect(signal.reason).toBe("why")
  expect(early.signal).toBe(signal)

  const late = new CancelScope()
  late.cancel("why")
  expect(late.signal.aborted).toBe(true)
  expect(late.signal.reason).toBe("why")
})

test("no AbortController is made as long as nobody reads a signal", async () => {
  const { world, clock } = virtualTime()
  let made = 0
  const Counted = class extends AbortController {
    constructor() {
      super()
      made++
    }
  }
  vi.stubGlobal("AbortController", Counted)
  try {
    const scope = new CancelScope(undefined, { timeoutMs: 50, clock })
    const queue = new Queue<number>(1)
    const waits = Promise.allSettled([
      sleep(100, { signal: scope, clock }),
      queue.receive({ signal: scope }),
      new Mutex().run(() => sleep(100, { signal: scope, clock }), { signal: scope }),
      nursery(async (group) => group.spawn((child) => sleep(100, { signal: child, clock })), { signal: scope }),
      timeout(100, (child) => sleep(200, { signal: child, clock }), { signal: scope, clock }),
    ])
    await world.advance(50)
    expect((await waits).every((wait) => wait.status === "rejected" && isTimeout(wait.reason))).toBe(true)
    expect(made).toBe(0)
    expect(scope.signal.aborted).toBe(true)
    expect(made).toBe(1)
  } finally {
    vi.unstubAllGlobals()
  }
})

test("the time-out cancels with a TimeoutError, on the injected clock", async () => {
  const { world, clock } = virtualTime()
  const scope = new CancelScope(undefined, { timeoutMs: 1000, clock })
  await world.advance(999)
  expect(scope.cancelled).toBe(false)
  await world.advance(1)
  expect(scope.reason).toBeInstanceOf(TimeoutError)
  expect(scope.reason).toMatchObject({ code: "timeout", ms: 1000 })
})

test.each([
  ["it is let go", (scope: CancelScope) => scope[Symbol.dispose]()],
  ["it is cancelled", (scope: CancelScope) => scope.cancel()],
])("the timer is cleared when %s", (_, end) => {
  const { world, clock } = virtualTime()
  const scope = new CancelScope(undefined, { timeoutMs: 1000, clock })
  expect(world.pendingEvents).toBe(1)
  end(scope)
  expect(world.pendingEvents).toBe(0)
})

test("no timer is left by a scope that is born cancelled", () => {
  const { world, clock } = virtualTime()
  const parent = new CancelScope()
  parent.cancel("early")
  expect(new CancelScope(parent, { timeoutMs: 1000, clock }).reason).toBe("early")
  expect(world.pendingEvents).toBe(0)
})

test("a time-out that is not a number is refused, and leaves nothing on the parent", () => {
  const controller = new AbortController()
  expect(() => new CancelScope(controller.signal, { timeoutMs: Number.NaN })).toThrow(RangeError)
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0)
})

test("callbacks are called in order with the reason, unless they were unlinked", () => {
  const scope = new CancelScope()
  const calls: unknown[] = []
  scope.onCancel((reason) => calls.push(["a", reason]))
  const unlink = scope.onCancel((reason) => calls.push(["b", reason]))
  scope.onCancel((reason) => calls.push(["c", reason]))
  unlink()
  unlink()
  scope.cancel("x")
  expect(calls).toEqual([
    ["a", "x"],
    ["c", "x"],
  ])
  scope.onCancel((reason) => calls.push(["late", reason]))
  expect(calls.at(-1)).toEqual(["late", "x"])
})

test("a callback can unlink one that comes after it", () => {
  const scope = new CancelScope()
  const calls: string[] = []
  scope.onCancel(() => unlinkSecond())
  const unlinkSecond = scope.onCancel(() => calls.push("second"))
  scope.onCancel(() => calls.push("third"))
  scope.cancel()
  expect(calls).toEqual(["third"])
})

test("a callback that throws does not keep the others from being called", () => {
  const one = new CancelScope()
  const called = vi.fn()
  one.onCancel(() => {
    throw new Error("bug")
  })
  one.onCancel(called)
  expect(() => one.cancel()).toThrow("bug")
  expect(called).toHaveBeenCalledOnce()

  const two = new CancelScope()
  for (const bug of ["a", "b"]) {
    two.onCancel(() => {
      throw new Error(bug)
    })
  }
  expect(thrownBy(() => two.cancel())).toMatchObject({ errors: [new Error("a"), new Error("b")] })
})

test("in any tree of scopes a cancel reaches its whole subtree, except behind shields, and nothing else", () => {
  const node = fc.record({ parent: fc.nat(), shield: fc.boolean() })
  fc.assert(
    fc.property(
      fc.array(node, { minLength: 1, maxLength: 30 }),
      fc.array(fc.nat(), { maxLength: 5 }),
      (nodes, cuts) => {
        const scopes: CancelScope[] = []
        const parents: (number | undefined)[] = []
        for (const [index, { parent, shield }] of nodes.entries()) {
          const above = index === 0 ? undefined : parent % index
          scopes.push(new CancelScope(above === undefined ? undefined : scopes[above], { shield }))
          parents.push(shield ? undefined : above)
        }
        const reasons = new Map<number, number>()
        const model = (index: number, reason: number): void => {
          if (reasons.has(index)) return
          reasons.set(index, reason)
          for (const [child, parent] of parents.entries()) if (parent === index) model(child, reason)
        }
        for (const [reason, cut] of cuts.entries()) {
          const index = cut % scopes.length
          scopes[index]!.cancel(reason)
          model(index, reason)
        }
        expect(scopes.map((scope) => scope.reason)).toEqual(scopes.map((_, index) => reasons.get(index)))
      },
    ),
  )
})
