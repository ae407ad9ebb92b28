import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { openConnection } from "../client/connect.ts"
import { contract } from "../contract/contract.ts"
import { ContractError } from "../contract/contract-error.ts"
import { method } from "../contract/definition.ts"
import { number, string } from "../contract/schema.ts"
import { subscription } from "../contract/subscription.ts"
import { ServerError } from "../message/errors.ts"
import type { OpenRpcDocument } from "../openrpc/document.ts"
import { mergeRouters } from "./merge-routers.ts"
import { withMiddleware, type Call } from "./middleware.ts"
import { router, type Router } from "./router.ts"
import { serve } from "./serve.ts"

const sum = () =>
  router(
    contract({
      add: method({
        params: [
          ["a", number],
          ["b", number],
        ],
        result: number,
        aliases: ["plus"],
      }),
    }),
    { add: ([a, b]) => a + b },
  )

const talk = () =>
  router(
    contract({
      greet: method({ params: [["name", string]], result: string }),
      ticks: subscription({ params: [], item: number }),
    }),
    {
      greet: ([name]) => `Hello, ${name}!`,
      async *ticks() {
        yield 1
      },
    },
  )

test("one router with the methods of several", async () => {
  const all = mergeRouters(sum(), talk())
  expect([...all.methods]).toEqual(["add", "plus", "greet", "ticks"])
  expect([all.isSubscription?.("ticks"), all.isSubscription?.("greet")]).toEqual([true, false])
  expect(await all.execute("add", [1, 2])).toBe(3)
  expect(await all.execute("plus", { b: 2, a: 1 })).toBe(3)
  expect(await all.execute("greet", ["Daisy"])).toBe("Hello, Daisy!")
  await expect(all.execute("add", ["1", 2])).rejects.toMatchObject({ code: -32602 })
  await expect(all.execute("nope")).rejects.toMatchObject({ code: -32601 })
  expect(mergeRouters().methods.size).toBe(0)
})

test("a name that two routers have is refused, and nothing is added", () => {
  const all = mergeRouters(talk())
  const clash = router(contract({ other: method(), hello: method({ name: "greet" }) }), {
    other: () => {},
    hello: () => {},
  })
  expect(() => all.add(clash)).toThrow(ContractError)
  expect(() => all.add(clash)).toThrow('already served here: "greet"')
  expect(() => mergeRouters(sum(), talk(), sum())).toThrow('"add", "plus"')
  expect([...all.methods]).toEqual(["greet", "ticks"])
  const discover = { title: "x", version: "1" }
  const described = () => router(contract({}), {}, { discover })
  expect(() => mergeRouters(described(), described())).toThrow('"rpc.discover"')
})

test("the one that describes itself describes the methods of all, as they are at that time", async () => {
  const described = router(
    contract({ hello: method() }),
    { hello: () => {} },
    { discover: { title: "all", version: "2" } },
  )
  const names = async (of: Router): Promise<unknown[]> => {
    const document = (await of.execute("rpc.discover")) as OpenRpcDocument
    expect(document.info).toEqual({ title: "all", version: "2" })
    const { methods, "x-subscriptions": subscriptions = [] } = document
    return [methods.map((each) => [each.name, each["x-aliases"]]), subscriptions.map(({ name }) => name)]
  }
  const all = mergeRouters(
    sum(),
    withMiddleware(described, (_call, next) => next()),
    talk(),
  )
  const hello = ["hello", undefined]
  expect(await names(all)).toEqual([[["add", ["plus"]], hello, ["greet", undefined]], ["ticks"]])
  expect(await names(mergeRouters(all))).toEqual(await names(all))
  expect(await names(described)).toEqual([[hello], []])
  described.add(sum())
  described.remove("plus")
  expect(await names(described)).toEqual([[hello, ["add", undefined]], []])
  described.remove("add")
  expect(await names(described)).toEqual([[hello], []])
})

test("who may ask for a description is up to the router that gives it", async () => {
  const options = { discover: { title: "x", version: "1" } }
  const closed = withMiddleware(router(contract({}), {}, options), () => {
    throw new ServerError(-32001, "not allowed")
  })
  await expect(mergeRouters(sum(), closed).execute("rpc.discover")).rejects.toMatchObject({ code: -32001 })
})

test("the middleware of a router goes with it", async () => {
  const seen: string[] = []
  const spy = ({ kind, method }: Call, next: () => unknown): unknown => {
    seen.push(`${kind} ${method}`)
    return next()
  }
  const closed = withMiddleware(sum(), () => {
    throw new ServerError(-32001, "not allowed")
  })
  const all = withMiddleware(mergeRouters(closed, withMiddleware(talk(), spy)), spy)
  const world = virtualWorld()
  const there = world.host({ name: "there", ip: "10.9.9.9" })
  await world.runUntil(serve(all, { listen: ["tcp://10.9.9.9:7000"], runtime: there }))
  const dialled = openConnection("tcp://10.9.9.9:7000", { runtime: world.host({ name: "here" }) })
  const connection = await world.runUntil(dialled)
  expect(await world.runUntil(connection.request("greet", ["Daisy"]))).toBe("Hello, Daisy!")
  await expect(world.runUntil(connection.request("add", [1, 2]))).rejects.toMatchObject({ code: -32001 })
  expect(seen).toEqual(["request greet", "request greet", "request add"])
})

test("methods come and go while they are served", async () => {
  const all = withMiddleware(sum(), (_call, next) => next())
  const { methods } = all
  expect(methods.has("greet")).toBe(false)
  all.add(talk())
  expect(methods.has("greet")).toBe(true)
  expect(await all.execute("greet", ["Daisy"])).toBe("Hello, Daisy!")
  expect([all.remove("greet"), all.remove("greet")]).toEqual([true, false])
  expect(methods.has("greet")).toBe(false)
  await expect(all.execute("greet", ["Daisy"])).rejects.toMatchObject({ code: -32601 })
  all.remove("plus")
  expect([...methods]).toEqual(["add", "ticks"])
  all.add(
    router(contract({ greet: method({ params: [["name", string]], result: string }) }), {
      greet: ([name]) => `Bye, ${name}!`,
    }),
  )
  expect(await all.execute("greet", ["Daisy"])).toBe("Bye, Daisy!")
})
