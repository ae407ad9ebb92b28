import { fileURLToPath } from "node:url"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { Connection, spawnTransport } from "@dchat/jsonrpc/node"
import { failureOf } from "../ours.mjs"
import { mcp } from "../mcp/dialect.mjs"

const file = (name) => fileURLToPath(new URL(`../mcp/${name}`, import.meta.url))
const ENDLESS = { name: "slow", arguments: { steps: 1e9 } }
const names = ({ tools }) => tools.map(({ name }) => name)
const said = ({ content }) => content[0].text

/** Gives the error of a call that is cancelled while it is carried out. */
async function cancelled(call) {
  const stop = new AbortController()
  const failure = failureOf(call(stop.signal))
  setTimeout(() => stop.abort("enough"), 20)
  return failure
}

/** Waits until a server has heard that a call is cancelled; each of its answers says of how many. */
async function heard(add) {
  while ((await add(0, 0))._meta.cancelled !== 1) await new Promise((resolve) => setTimeout(resolve, 2))
}

export default [
  {
    peer: "@modelcontextprotocol/sdk 1.32.2",
    over: "stdio, lines",
    ours: "client",
    async run(check, held) {
      const handler = ({ method }) => (method === "roots/list" ? { roots: [{ uri: "file:///a" }] } : {})
      const transport = await spawnTransport(process.execPath, [file("their-server.mjs")])
      const server = held.add(new Connection(transport, { handler, dialect: mcp }), () => server.close())
      const clientInfo = { name: "ours", version: "1" }
      const hello = { protocolVersion: "2025-06-18", capabilities: { roots: {} }, clientInfo }
      check("initialize", (await server.request("initialize", hello)).serverInfo.name, "theirs")
      await server.notify("notifications/initialized", {})
      check("the tools", names(await server.request("tools/list", {})), ["add", "slow", "roots"])

      const call = (params, options) => server.request("tools/call", params, options)
      const add = (a, b) => call({ name: "add", arguments: { a, b } })
      check("a call", said(await add(1, 2)), "3")
      const steps = []
      await call({ name: "slow", arguments: { steps: 3 } }, { onProgress: ({ progress }) => steps.push(progress) })
      check("progress", steps, [1, 2, 3])
      check("called back", said(await call({ name: "roots", arguments: {} })), "file:///a")
      check("cancelled", (await cancelled((signal) => call(ENDLESS, { signal }))).code, "cancelled")
      await heard(add)
      check("a method that is not there", (await failureOf(server.request("no/such", {}))).code, -32601)
    },
  },
  {
    peer: "@modelcontextprotocol/sdk 1.32.2",
    over: "stdio, lines",
    ours: "server",
    async run(check, held) {
      const client = new Client({ name: "theirs", version: "1" }, { capabilities: {} })
      held.add(client, () => client.close())
      await client.connect(new StdioClientTransport({ command: process.execPath, args: [file("our-server.mjs")] }))
      check("initialize", client.getServerVersion(), { name: "ours", version: "1" })
      check("the tools", names(await client.listTools()), ["add", "slow"])

      const add = (a, b) => client.callTool({ name: "add", arguments: { a, b } })
      check("a call", said(await add(1, 2)), "3")
      const many = Array.from({ length: 100 }, (_, n) => n)
      const sums = await Promise.all(many.map((n) => add(n, 1)))
      check(
        "100 calls at once",
        sums.map(said),
        many.map((n) => String(n + 1)),
      )
      await client.ping()
      const steps = []
      const onprogress = ({ progress }) => steps.push(progress)
      await client.callTool({ name: "slow", arguments: { steps: 3 } }, undefined, { onprogress })
      check("progress", steps, [1, 2, 3])
      const failure = await cancelled((signal) => client.callTool(ENDLESS, undefined, { signal }))
      check("cancelled", failure.message.includes("enough"), true)
      await heard(add)
      const wrong = await failureOf(client.callTool({ name: "none", arguments: {} }))
      check("an error", wrong.code, -32602)
    },
  },
]
