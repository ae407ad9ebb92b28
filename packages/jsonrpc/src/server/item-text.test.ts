import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { client } from "../client/make-client.ts"
import { Connection } from "../connection/connection.ts"
import { contract } from "../contract/contract.ts"
import { bigint, number, rawJson } from "../contract/schema.ts"
import { subscription } from "../contract/subscription.ts"
import { darkfiDialect } from "../dialect/darkfi.ts"
import type { Dialect } from "../dialect/dialect.ts"
import { losslessFlavor } from "../flavor/lossless.ts"
import { jsonText } from "../message/json-text.ts"
import { memoryPair } from "../transport/memory.ts"
import { TextChannel } from "../transport/text-channel.ts"
import { router } from "./router.ts"

const LONG = 123456789012345678901234567890n

const feed = contract(
  {
    raw: subscription({ params: [], item: rawJson }),
    long: subscription({ params: [], item: bigint }),
    plain: subscription({ params: [], item: number }),
  },
  { flavor: losslessFlavor },
)

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

function pair(spelling: { readonly dialect?: Dialect } = {}) {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const { handle: handler } = router(feed, {
    async *raw() {
      yield jsonText(`{"item": [1.0, "a,]", {"item":2}]}`)
      yield jsonText(" 7e0")
    },
    async *long() {
      yield LONG
    },
    async *plain() {
      yield 1
    },
  })
  const server = new Connection(far, { clock, role: "server", handler, ...spelling })
  const api = client(new Connection(near, { clock, ...spelling }), feed)
  return { world, server, api }
}

test("an item of raw JSON is the text that was given, and numbers of any length keep their digits", async () => {
  const { world, api } = pair()
  const texts = await world.runUntil(collect(api.raw()))
  expect(texts.map(({ text }) => text)).toEqual([`{"item": [1.0, "a,]", {"item":2}]}`, "7e0"])
  expect(await world.runUntil(collect(api.long()))).toEqual([LONG])
  expect(await world.runUntil(collect(api.plain()))).toEqual([1])
})

test("so it is in DarkFi's way, where an item is the only parameter", async () => {
  const { world, api } = pair({ dialect: darkfiDialect })
  expect(await world.runUntil(api.long().next())).toEqual({ done: false, value: LONG })
  const { value } = await world.runUntil(api.raw().next())
  expect(value?.text).toBe(`{"item": [1.0, "a,]", {"item":2}]}`)
})

test("each item of a batch is cut from its own message, and an item before the answer waits with its text", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const items = client(new Connection(near, { clock }), feed).raw()
  const other = new TextChannel(far)
  const asked = JSON.parse((await world.runUntil(other.recv())) as string) as { id: number }
  const item = (text: string): string =>
    `{"jsonrpc":"2.0","method":"rpc.item","params":{"item": ${text} ,"subscription":5}}`
  await world.runUntil(other.send(item("0.0")))
  await world.runUntil(other.send(`[${item("1.0")},{"jsonrpc":"2.0","id":${asked.id},"result":5},${item("[2.0]")}]`))
  await world.runUntil(other.send(`{"jsonrpc":"2.0","method":"rpc.end","params":{"subscription":5}}`))
  expect((await world.runUntil(collect(items))).map(({ text }) => text)).toEqual(["0.0", "1.0", "[2.0]"])
})
