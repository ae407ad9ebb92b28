import { createRequire } from "node:module"
import net from "node:net"
import { connect, contentLengthFraming } from "@dchat/jsonrpc/node"
import { api, askTheirs, failureOf, ourServer } from "../ours.mjs"

const require = createRequire(import.meta.url)
const rpc = require("vscode-jsonrpc/node")

const listen = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)))

function vscodeConnection(socket) {
  socket.setNoDelay(true)
  const reader = new rpc.StreamMessageReader(socket)
  return rpc.createMessageConnection(reader, new rpc.StreamMessageWriter(socket))
}

export default [
  {
    peer: "vscode-jsonrpc 10.0.0",
    over: "TCP, Content-Length",
    ours: "client",
    async run(check, held) {
      const notes = []
      let connection
      const server = net.createServer((socket) => {
        connection = vscodeConnection(socket)
        connection.onRequest("add", (a, b) => a + b)
        connection.onRequest("echo", (value) => value)
        connection.onNotification("note", (text) => notes.push(text))
        connection.listen()
      })
      held.add(server, () => server.close())
      const url = `tcp://127.0.0.1:${await listen(server)}`
      const handler = (request) => request.params[0] * 2
      const client = held.add(await connect(url, api, { framing: contentLengthFraming(), handler }))
      await askTheirs(client, check)
      await client.note("hello")
      await client.add(1, 1)
      check("a notification", notes, ["hello"])
      check("called back", await connection.sendRequest("double", 21), 42)
    },
  },
  {
    peer: "vscode-jsonrpc 10.0.0",
    over: "TCP, Content-Length",
    ours: "server",
    async run(check, held) {
      const server = held.add(await ourServer("tcp://127.0.0.1:0", { framing: contentLengthFraming() }))
      const connection = vscodeConnection(net.connect(server.port, "127.0.0.1"))
      connection.listen()
      check("add", await connection.sendRequest("add", 1, 2), 3)
      check("by name", await connection.sendRequest("add", rpc.ParameterStructures.byName, { a: 1, b: 2 }), 3)
      check("text beyond ASCII", await connection.sendRequest("echo", "é🙂"), "é🙂")
      check("no result", await connection.sendRequest("nothing"), null)
      await connection.sendNotification("note", "hello")
      check("a notification", await connection.sendRequest("notes"), ["hello"])
      const refused = await failureOf(connection.sendRequest("fail"))
      check("an error", [refused.code, refused.message], [4001, "refused"])
      const wrong = await failureOf(connection.sendRequest("add", "x", 2))
      check("wrong parameters", wrong.code, -32602)
      connection.end()
      connection.dispose()
    },
  },
  {
    peer: "jayson 5.0.0",
    over: "TCP, JSON texts in a row",
    ours: "client",
    async run(check, held) {
      const server = jaysonServer().tcp()
      held.add(server, () => server.close())
      const client = held.add(await connect(`tcp://127.0.0.1:${await listen(server)}`, api))
      await askTheirs(client, check, { batch: true })
    },
  },
  {
    peer: "jayson 5.0.0",
    over: "TCP, JSON texts in a row",
    ours: "server",
    async run(check, held) {
      const server = held.add(await ourServer("tcp://127.0.0.1:0"))
      await askOurs(jaysonCaller(require("jayson").client.tcp({ port: server.port, host: "127.0.0.1" })), check)
    },
  },
  {
    peer: "jayson 5.0.0",
    over: "HTTP",
    ours: "client",
    async run(check, held) {
      const server = jaysonServer().http()
      held.add(server, () => server.closeAllConnections())
      held.add(server, () => server.close())
      const client = held.add(await connect(`http://127.0.0.1:${await listen(server)}/`, api))
      await askTheirs(client, check, { batch: true })
    },
  },
  {
    peer: "jayson 5.0.0",
    over: "HTTP",
    ours: "server",
    async run(check, held) {
      const server = held.add(await ourServer("http://127.0.0.1:0/"))
      await askOurs(jaysonCaller(require("jayson").client.http({ port: server.port, host: "127.0.0.1" })), check)
    },
  },
]

function jaysonServer() {
  return require("jayson").server({
    add: ([a, b], done) => done(null, a + b),
    echo: ([value], done) => done(null, value),
  })
}

function jaysonCaller(client) {
  return (method, params, id) =>
    new Promise((resolve, reject) => {
      const args = [method, params, ...(id === undefined ? [] : [id])]
      client.request(...args, (failure, reply) => (failure ? reject(failure) : resolve(reply)))
    })
}

async function askOurs(call, check) {
  check("add", (await call("add", [1, 2])).result, 3)
  check("by name", (await call("add", { a: 1, b: 2 })).result, 3)
  check("text beyond ASCII", (await call("echo", ["é🙂"])).result, "é🙂")
  check("an error", (await call("fail", [])).error, { code: 4001, message: "refused" })
  check("a method that is not there", (await call("no_such_method", [])).error.code, -32601)
}
