import { fileURLToPath } from "node:url"
import { connect } from "@dchat/jsonrpc/node"
import { api, askTheirs, ourServer } from "../ours.mjs"
import { program } from "../peer-processes.mjs"

const file = (name) => fileURLToPath(new URL(`../trio/${name}`, import.meta.url))
const python = fileURLToPath(new URL("../.venv/bin/python", import.meta.url))

/** It takes and sends binary frames only, numbers from 0, and cannot read a result of null. */
export default [
  {
    peer: "trio-jsonrpc 0.4.0",
    over: "WebSocket, binary frames",
    ours: "client",
    async run(check, held) {
      const peer = held.add(program(python, [file("server.py")]))
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
      const peer = held.add(program(python, [file("client.py"), server.at]))
      check("answers", JSON.parse(await peer.line()), { add: 3, named: 3, many: 4950, error: 4001, notes: ["hello"] })
      check("it goes in good order", await peer.ended, 0)
    },
  },
]
