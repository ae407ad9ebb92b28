import { expect, test } from "vitest"
import { Engine } from "../connection/engine.ts"
import { contract } from "../contract/contract.ts"
import { method } from "../contract/definition.ts"
import { number, optional, rawJson } from "../contract/schema.ts"
import { Connection } from "../connection/connection.ts"
import { losslessFlavor } from "../flavor/lossless.ts"
import { router } from "../server/router.ts"
import { memoryPair } from "../transport/memory.ts"
import { TextChannel } from "../transport/text-channel.ts"
import { lspDialect as lsp } from "./lsp.ts"

/** As pygls 2.1.1 wrote them. */
const REQUEST = '{"id": "8639ef7f-ad21-4e4f-bbc1-6a9804df0c5d", "method": "nothing", "jsonrpc": "2.0", "params": null}'
const NOTIFICATION = '{"method": "exit", "jsonrpc": "2.0", "params": null}'

const asEvents = [
  { kind: "request", id: "8639ef7f-ad21-4e4f-bbc1-6a9804df0c5d", method: "nothing", params: undefined },
  { kind: "notification", method: "exit", params: undefined },
]

test("params of null are none, where the dialect says so: alone and in a batch", () => {
  const engine = new Engine({ dialect: lsp })
  expect([REQUEST, NOTIFICATION].flatMap((text) => engine.receive(text))).toMatchObject(asEvents)
  expect(engine.receive(`[${REQUEST},${NOTIFICATION}]`)).toMatchObject(asEvents)
  expect(engine.receive('{"jsonrpc":"2.0","id":9007199254740993,"method":"x","params":null}')).toMatchObject([
    { kind: "request", exactId: { text: "9007199254740993" }, params: undefined },
  ])
})

test("without it, and for whatever else is wrong, the standard is followed", () => {
  const refusal = { kind: "reply", text: expect.stringContaining("-32600") as string }
  expect(new Engine().receive(REQUEST)).toMatchObject([refusal])
  expect(new Engine().receive(NOTIFICATION)).toMatchObject([refusal])
  const engine = new Engine({ dialect: lsp })
  for (const text of [
    '{"jsonrpc":"2.0","id":1,"method":"x","params":7}',
    '{"jsonrpc":"1.0","id":1,"method":"x","params":null}',
    '{"jsonrpc":"2.0","id":1,"method":7,"params":null}',
    "null",
    "[]",
  ]) {
    expect(engine.receive(text)).toMatchObject([refusal])
  }
})

test("a router takes such a call as one without parameters, also where it reads their text", async () => {
  const api = contract(
    {
      add: method({ params: { a: optional(number), raw: optional(rawJson) }, result: number }),
    },
    { flavor: losslessFlavor },
  )
  const [near, far] = memoryPair()
  const connection = new Connection(far, {
    role: "server",
    dialect: lsp,
    handler: router(api, { add: ({ a, raw }) => (a ?? 40) + (raw === undefined ? 2 : 0) }).handle,
  })
  const peer = new TextChannel(near)
  await peer.send('{"jsonrpc":"2.0","id":1,"method":"add","params":null}')
  expect(await peer.recv()).toBe('{"jsonrpc":"2.0","id":1,"result":42}')
  await connection.close()
})
