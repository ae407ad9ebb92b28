import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, expectTypeOf, test } from "vitest"
import { client } from "../client/make-client.ts"
import { Connection } from "../connection/connection.ts"
import { contract } from "../contract/contract.ts"
import { error } from "../contract/error-class.ts"
import { number, string } from "../contract/schema.ts"
import { subscription } from "../contract/subscription.ts"
import type { SubscriptionSink } from "../subscription/sink.ts"
import type { Subscription } from "../subscription/subscription.ts"
import { memoryPair } from "../transport/memory.ts"
import { router, type Handlers, type RouterOptions } from "./router.ts"

const Sealed = error(1001, { message: "sealed" })

const clockwork = contract({
  count: subscription({ params: [["to", number]], item: number }),
  news: subscription({ params: { room: string }, item: string, errors: { sealed: Sealed } }),
})

type Handling = Handlers<(typeof clockwork)["definitions"]>

function pair(handlers: Partial<Handling> = {}, options: RouterOptions = {}) {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const handler = router(
    clockwork,
    {
      async *count([to]) {
        for (let n = 1; n <= to; n++) yield n
      },
      news: (_, pending) => pending.reject(new Sealed()),
      ...handlers,
    },
    options,
  )
  const server = new Connection(far, { clock, role: "server", handler: handler.handle })
  return { world, clock, server, api: client(new Connection(near, { clock }), clockwork) }
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

test("a generator is a subscription: what it yields comes, and its end is the end", async () => {
  const { world, api } = pair()
  const items = api.count(5)
  expectTypeOf(items).toEqualTypeOf<Subscription<number>>()
  expect(await world.runUntil(collect(items))).toEqual([1, 2, 3, 4, 5])
})

test("parameters are checked before the handler, and a refusal has its declared class", async () => {
  const { world, api } = pair()
  await expect(world.runUntil(api.$subscribe("count", ["x"]).accepted)).rejects.toMatchObject({ code: -32602 })
  await expect(world.runUntil(collect(api.news({ room: "a" })))).rejects.toBeInstanceOf(Sealed)
})

test("leaving the loop ends a generator that never ends by itself", async () => {
  let ended = false
  const { world, api } = pair({
    async *count() {
      try {
        for (let n = 0; ; n++) yield n
      } finally {
        ended = true
      }
    },
  })
  const seen: number[] = []
  const loop = (async () => {
    for await (const n of api.$with({ buffer: { overflow: "drop-newest", maxItems: 10 } }).count(0)) {
      seen.push(n)
      if (n === 3) break
    }
  })()
  await world.runUntil(loop)
  await world.runUntilIdle()
  expect(seen).toEqual([0, 1, 2, 3])
  expect(ended).toBe(true)
})

test("what a generator throws ends the subscription on the other side", async () => {
  const { world, api } = pair({
    async *news({ room }) {
      yield `welcome to ${room}`
      throw new Sealed()
    },
  })
  const items = api.news({ room: "dev" })
  expect(await world.runUntil(items.next())).toEqual({ done: false, value: "welcome to dev" })
  await expect(world.runUntil(items.next())).rejects.toBeInstanceOf(Sealed)
})

test("a sink outlives its handler: rooms keep those who listen", async () => {
  const rooms = new Map<string, SubscriptionSink<string>[]>()
  const { world, api } = pair({
    news: ({ room }, pending) => {
      rooms.set(room, [...(rooms.get(room) ?? []), pending.accept({ overflow: "drop-oldest" })])
    },
  })
  const [a, b] = [api.news({ room: "dev" }), api.news({ room: "dev" })]
  await world.runUntil(Promise.all([a.accepted, b.accepted]))
  for (const sink of rooms.get("dev") ?? []) sink.trySend("hello")
  await world.runUntilIdle()
  expect([(await a.next()).value, (await b.next()).value]).toEqual(["hello", "hello"])
})

test("a handler that says neither yes nor no is a failure", async () => {
  const { world, api } = pair({ news: async () => {} })
  await expect(world.runUntil(api.news({ room: "a" }).accepted)).rejects.toMatchObject({ code: -32603 })
})

test("an item that is not what the contract says ends the loop", async () => {
  const wrong: Partial<Handling> = {
    async *count() {
      yield "one" as unknown as number
    },
  }
  const { world, api } = pair(wrong, { checkResults: false })
  await expect(world.runUntil(collect(api.count(1)))).rejects.toMatchObject({ code: "invalid-result" })
})
