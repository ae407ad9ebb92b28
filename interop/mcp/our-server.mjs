/** A small server of tools, ours, on standard input and output. */
import { setTimeout as sleep } from "node:timers/promises"
import {
  Connection,
  contract,
  InvalidParamsError,
  method,
  notification,
  optional,
  router,
  stdioTransport,
  string,
  unknown,
} from "@dchat/jsonrpc/node"
import { mcp } from "./dialect.mjs"

const tools = contract({
  initialize: method({
    params: { protocolVersion: string, capabilities: unknown, clientInfo: unknown },
    result: unknown,
  }),
  ping: method({ params: {}, result: unknown, surplus: "ignore" }),
  initialized: notification({ name: "notifications/initialized", surplus: "ignore" }),
  list: method({ name: "tools/list", params: { cursor: optional(string) }, result: unknown, surplus: "ignore" }),
  call: method({
    name: "tools/call",
    params: { name: string, arguments: optional(unknown) },
    result: unknown,
    surplus: "ignore",
  }),
})
let cancelled = 0
const inputSchema = { type: "object" }
const text = (value) => ({ content: [{ type: "text", text: String(value) }], _meta: { cancelled } })
const ours = router(tools, {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "ours", version: "1" },
  }),
  ping: () => ({}),
  initialized: () => {},
  list: () => ({ tools: ["add", "slow"].map((name) => ({ name, inputSchema })) }),
  async call({ name, arguments: given }, request) {
    if (name === "add") return text(given.a + given.b)
    if (name !== "slow") throw new InvalidParamsError(`there is no tool ${name}`)
    request.signal.addEventListener("abort", () => cancelled++)
    for (let progress = 1; progress <= given.steps; progress++) {
      await request.progress({ progress, total: given.steps })
      // A client of the SDK forgets progress that comes in one chunk with the answer.
      await request.connection.request("ping", {})
      await sleep(2, undefined, { signal: request.signal })
    }
    return text("done")
  },
})
await new Connection(stdioTransport(), { role: "server", handler: (request) => ours.handle(request), dialect: mcp })
  .closed
