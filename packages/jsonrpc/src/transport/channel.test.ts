import { Queue } from "@dchat/task"
import { expect, test } from "vitest"
import { Connection } from "../connection/connection.ts"
import { channelTransport } from "./channel.ts"
import { checkTransport, SCENARIOS, type TransportLab } from "./compliance.test-kit.ts"

function ends(capacity: number) {
  const there = new Queue<string>(capacity)
  const back = new Queue<string>(capacity)
  return {
    client: channelTransport({ send: there, receive: back }),
    server: channelTransport({ send: back, receive: there }),
    there,
    back,
  }
}

function lab(capacity: number): TransportLab {
  return {
    pair: () => Promise.resolve({ ...ends(capacity), close: () => Promise.resolve() }),
    run: (act) => act(),
    isBounded: false,
  }
}

test.each(SCENARIOS)("on two queues of one message: %s", async (_, act) => {
  await checkTransport(lab(1), act)
})

test("a connection on either end of two queues, which close with it", async () => {
  const { client, server, there, back } = ends(10)
  const caller = new Connection(client)
  const answerer = new Connection(server, { role: "server", handler: ({ method }) => method })
  expect(await Promise.all(["a", "b"].map((method) => caller.request(method)))).toEqual(["a", "b"])
  await caller.close()
  expect(await answerer.closed).toBeUndefined()
  expect([there.closed, back.closed]).toEqual([true, true])
})

test("a queue that its owner closes ends the connection", async () => {
  const { client, there, back } = ends(10)
  const connection = new Connection(client)
  const call = connection.request("a").catch((error: unknown) => (error as Error).name)
  there.close()
  back.close()
  expect(await call).toBe("ConnectionClosedError")
  expect(await connection.closed).toBeUndefined()
})
