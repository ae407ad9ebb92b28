import { fileURLToPath } from "node:url"
import { Connection, connect, contentLengthFraming, spawnTransport } from "@dchat/jsonrpc/node"
import { api, askTheirs, failureOf, ourServer } from "../ours.mjs"
import { program } from "../peer-processes.mjs"

const file = (name) => fileURLToPath(new URL(`../python/${name}`, import.meta.url))
const python = fileURLToPath(new URL("../.venv/bin/python", import.meta.url))

/** How language servers are told that nobody waits any more. */
const lsp = {
  name: "lsp",
  cancellation: {
    cancel: (id) => ({ kind: "notification", method: "$/cancelRequest", params: { id } }),
    readCancel: (method, params) => (method === "$/cancelRequest" ? params.id : undefined),
  },
}

export default [
  {
    // It takes and sends binary frames only, numbers from 0, and cannot read a result of null.
    peer: "trio-jsonrpc 0.4.0",
    over: "WebSocket, binary frames",
    ours: "client",
    async run(check, held) {
      const peer = held.add(program(python, [file("trio_server.py")]))
      const url = `ws://127.0.0.1:${await peer.line()}`
      const client = held.add(await connect(url, api, { websocket: { frames: "binary" } }))
      await askTheirs(client, check, { names: true, null: false })
    },
  },
  {
    peer: "trio-jsonrpc 0.4.0",
    over: "WebSocket, binary frames",
    ours: "server",
    async run(check, held) {
      const server = held.add(await ourServer("ws://127.0.0.1:0"))
      const peer = held.add(program(python, [file("trio_client.py"), server.at]))
      check("answers", JSON.parse(await peer.line()), { add: 3, named: 3, many: 4950, error: 4001, notes: ["hello"] })
      check("it goes in good order", await peer.ended, 0)
    },
  },
  {
    peer: "jsonrpcserver 5.0.9",
    over: "HTTP",
    ours: "client",
    async run(check, held) {
      const peer = held.add(program(python, [file("jsonrpcserver_http.py")]))
      const client = held.add(await connect(`http://127.0.0.1:${await peer.line()}`, api))
      await askTheirs(client, check, { names: true, batch: true })
      await client.$notify("echo", ["hello"])
    },
  },
  {
    peer: "aiohttp 3.14.5, websockets 17.4",
    over: "HTTP, WebSocket",
    ours: "server",
    async run(check, held) {
      const http = held.add(await ourServer("http://127.0.0.1:0"))
      const websocket = held.add(await ourServer("ws://127.0.0.1:0"))
      const peer = held.add(program(python, [file("http_and_websocket.py"), http.at, websocket.at]))
      check("answers", JSON.parse(await peer.line()), {
        "a body in chunks": 3,
        "asked before the body is sent": 3,
        "a compressed body": 415,
        "a notification": 204,
        many: 5050,
        "a text frame": 3,
        "a binary frame": ["BINARY", "é"],
        fragments: 1000,
        "3 MB": 3_000_000,
        "an empty frame": -32700,
        closed: 1000,
      })
      check("it goes in good order", await peer.ended, 0)
    },
  },
  {
    peer: "pygls 2.1.1",
    over: "stdio, Content-Length",
    ours: "client",
    async run(check, held) {
      const options = { framing: contentLengthFraming(), stderr: "ignore" }
      const transport = await spawnTransport(python, [file("pygls_server.py")], options)
      const server = held.add(new Connection(transport, { handler: () => null, dialect: lsp }), () => server.close())
      const { serverInfo } = await server.request("initialize", { processId: null, rootUri: null, capabilities: {} })
      check("initialize", serverInfo.name, "theirs")
      await server.notify("initialized", {})
      const uri = "file:///hello.txt"
      const textDocument = { uri, languageId: "text", version: 1, text: "hällo 🙂\nworld" }
      await server.notify("textDocument/didOpen", { textDocument })
      const hover = await server.request("textDocument/hover", {
        textDocument: { uri },
        position: { line: 0, character: 1 },
      })
      check("hover", hover.contents, "hällo 🙂")
      const stop = new AbortController()
      const slow = server.request("workspace/executeCommand", { command: "slow" }, { signal: stop.signal })
      stop.abort()
      check("cancelled", (await failureOf(slow)).code, "cancelled")
      check("a method that is not there", (await failureOf(server.request("no/such", {}))).code, -32601)
      check("shutdown", await server.request("shutdown"), null)
      await server.notify("exit")
      check("it goes in good order", await server.closed, undefined)
    },
  },
  {
    peer: "pygls 2.1.1",
    over: "stdio, Content-Length",
    ours: "server",
    async run(check, held) {
      const ours = fileURLToPath(new URL("../our-server-on-stdio.mjs", import.meta.url))
      const peer = held.add(program(python, [file("pygls_client.py"), process.execPath, ours]))
      check("answers", JSON.parse(await peer.line()), {
        add: 3,
        text: "é🙂",
        many: 5050,
        nothing: null,
        error: [4001, "refused"],
        notes: ["hello"],
        "called back": ["yes", ["tell", "ask"]],
      })
      check("it goes in good order", await peer.ended, 0)
    },
  },
]
