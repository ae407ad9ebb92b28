import { createServer } from "node:http"
import { text } from "node:stream/consumers"
import { Client, HTTPTransport, RequestManager, WebSocketTransport } from "@open-rpc/client-js"
import { rpcClient } from "typed-rpc"
import { handleRpc } from "typed-rpc/server"
import { connect } from "@dchat/jsonrpc/node"
import { api, askTheirs, failureOf, ourServer } from "../ours.mjs"

/** Asks our server through the client of OpenRPC. */
async function asOpenRpc(check, transport) {
  const client = new Client(new RequestManager([transport]))
  check("add", await client.request({ method: "add", params: [1, 2] }), 3)
  check("by name", await client.request({ method: "add", params: { a: 1, b: 2 } }), 3)
  check("text beyond ASCII", await client.request({ method: "echo", params: ["é🙂"] }), "é🙂")
  await client.notify({ method: "note", params: ["hello"] })
  check("a notification", await client.request({ method: "notes", params: [] }), ["hello"])
  const refused = await failureOf(client.request({ method: "fail", params: [] }))
  check("an error", [refused.code, refused.message], [4001, "refused"])
  client.startBatch()
  const sums = [1, 2].map((n) => client.request({ method: "add", params: [n, n] }))
  const unknown = failureOf(client.request({ method: "no_such_method", params: [] }))
  client.stopBatch()
  check("a batch", [await Promise.all(sums), (await unknown).code], [[2, 4], -32601])
  client.close()
}

/** A server of typed-rpc, which leaves HTTP to others. */
async function typedRpcServer(held) {
  const service = { add: (a, b) => a + b, echo: (value) => value }
  const answer = async (request, response) => {
    const reply = await handleRpc(JSON.parse(await text(request)), service)
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify(reply))
  }
  const server = createServer((request, response) => void answer(request, response))
  held.add(server, () => server.close())
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
  return `http://127.0.0.1:${server.address().port}`
}

export default [
  {
    peer: "@open-rpc/client-js 2.1.0",
    over: "HTTP",
    ours: "server",
    async run(check, held) {
      const server = held.add(await ourServer("http://127.0.0.1:0"))
      await asOpenRpc(check, new HTTPTransport(server.at))
    },
  },
  {
    peer: "@open-rpc/client-js 2.1.0",
    over: "WebSocket",
    ours: "server",
    async run(check, held) {
      const server = held.add(await ourServer("ws://127.0.0.1:0"))
      await asOpenRpc(check, new WebSocketTransport(server.at))
    },
  },
  {
    peer: "typed-rpc 6.1.2",
    over: "HTTP, fetch",
    ours: "server",
    async run(check, held) {
      const server = held.add(await ourServer("http://127.0.0.1:0"))
      const client = rpcClient({ url: server.at })
      check("add", await client.add(1, 2), 3)
      check("text beyond ASCII", await client.echo("é🙂"), "é🙂")
      const refused = await failureOf(client.fail())
      check("an error", [refused.code, refused.message], [4001, "refused"])
    },
  },
  {
    peer: "typed-rpc 6.1.2",
    over: "HTTP",
    ours: "client",
    async run(check, held) {
      await askTheirs(held.add(await connect(await typedRpcServer(held), api)), check)
    },
  },
]
