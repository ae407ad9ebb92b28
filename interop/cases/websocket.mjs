import { createRequire } from "node:module"
import { WebSocket, WebSocketServer } from "ws"
import { Client as RpcWebSocketsClient, Server as RpcWebSocketsServer } from "rpc-websockets"
import { connect } from "@dchat/jsonrpc/node"
import { api, askTheirs, failureOf, ourServer } from "../ours.mjs"

const { JSONRPCClient, JSONRPCServer, JSONRPCServerAndClient } = createRequire(import.meta.url)("json-rpc-2.0")

/** Both roles of json-rpc-2.0 on one socket. */
function bothRoles(ws) {
  const peer = new JSONRPCServerAndClient(
    new JSONRPCServer(),
    new JSONRPCClient((request) => ws.send(JSON.stringify(request))),
  )
  ws.on("message", (data) => void peer.receiveAndSend(JSON.parse(data.toString())))
  return peer
}

export default [
  {
    peer: "json-rpc-2.0 1.8.1",
    over: "WebSocket",
    ours: "client",
    async run(check, held) {
      const notes = []
      let peer
      const server = new WebSocketServer({ port: 0, host: "127.0.0.1" })
      server.on("connection", (ws) => {
        peer = bothRoles(ws)
        peer.addMethod("add", (params) => (Array.isArray(params) ? params[0] + params[1] : params.a + params.b))
        peer.addMethod("echo", ([value]) => value)
        peer.addMethod("note", ([text]) => void notes.push(text))
      })
      held.add(server, () => server.close())
      await new Promise((resolve) => server.once("listening", resolve))
      const handler = (request) => request.params[0] * 2
      const client = held.add(await connect(`ws://127.0.0.1:${server.address().port}`, api, { handler }))
      await askTheirs(client, check, { names: true })
      await client.note("hello")
      await client.add(1, 1)
      check("a notification", notes, ["hello"])
      check("called back", await peer.request("double", [21]), 42)
    },
  },
  {
    peer: "json-rpc-2.0 1.8.1",
    over: "WebSocket",
    ours: "server",
    async run(check, held) {
      const server = held.add(await ourServer("ws://127.0.0.1:0"))
      const ws = new WebSocket(server.at)
      await new Promise((resolve) => ws.once("open", resolve))
      const peer = bothRoles(ws)
      check("add", await peer.request("add", [1, 2]), 3)
      check("by name", await peer.request("add", { a: 1, b: 2 }), 3)
      peer.notify("note", ["hello"])
      check("a notification", await peer.request("notes"), ["hello"])
      const refused = await failureOf(peer.request("fail"))
      check("an error", [refused.code, refused.message], [4001, "refused"])
      const entry = (id) => ({ jsonrpc: "2.0", method: "add", params: [id, 1], id })
      const replies = await peer.client.requestAdvanced([entry(100), entry(101)])
      check(
        "a batch",
        replies.map(({ result }) => result),
        [101, 102],
      )
      ws.close()
    },
  },
  {
    peer: "rpc-websockets 10.0.1",
    over: "WebSocket",
    ours: "client",
    async run(check, held) {
      const server = new RpcWebSocketsServer({ port: 0, host: "127.0.0.1" })
      await new Promise((resolve) => server.on("listening", resolve))
      server.register("add", (params) => (Array.isArray(params) ? params[0] + params[1] : params.a + params.b))
      server.register("echo", ([value]) => value)
      server.event("news")
      server.register(
        "tell",
        () =>
          new Promise((resolve) => {
            server.emit("news", 1)
            setTimeout(() => resolve("told"), 20)
          }),
      )
      held.add(server, () => server.close())
      const client = held.add(await connect(`ws://127.0.0.1:${server.wss.address().port}`, api))
      // It never answers an id of 0 or ""; ours begin at 1.
      await askTheirs(client, check, { names: true, batch: true })
      // Its events are no JSON-RPC. Our error is answered with one of its own, which is not about the call that waits.
      await client.$call("rpc.on", ["news"])
      check("a call during which an event comes", await client.$call("tell", []), "told")
    },
  },
  {
    peer: "rpc-websockets 10.0.1",
    over: "WebSocket",
    ours: "server",
    async run(check, held) {
      const server = held.add(await ourServer("ws://127.0.0.1:0"))
      const client = new RpcWebSocketsClient(server.at, { reconnect: false })
      await new Promise((resolve) => client.on("open", resolve))
      // Its client numbers from 0.
      check("add, with id 0", await client.call("add", [1, 2]), 3)
      check("by name", await client.call("add", { a: 1, b: 2 }), 3)
      await client.notify("note", ["hello"])
      check("a notification", await client.call("notes"), ["hello"])
      const refused = await failureOf(client.call("fail"))
      check("an error", [refused.code, refused.message], [4001, "refused"])
      client.close()
    },
  },
]
