/** A small server of tools, made with the MCP SDK, on standard input and output. */
import { setTimeout as sleep } from "node:timers/promises"
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js"
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js"
import { z } from "zod"

const server = new McpServer({ name: "theirs", version: "1" })
let cancelled = 0
const text = (value) => ({ content: [{ type: "text", text: String(value) }], _meta: { cancelled } })
const { number } = z

server.registerTool("add", { inputSchema: { a: number(), b: number() } }, ({ a, b }) => text(a + b))

server.registerTool(
  "slow",
  { inputSchema: { steps: number() } },
  async ({ steps }, { signal, sendNotification, _meta }) => {
    signal.addEventListener("abort", () => cancelled++)
    const progressToken = _meta?.progressToken
    for (let progress = 1; progress <= steps && !signal.aborted; progress++) {
      if (progressToken !== undefined) {
        await sendNotification({ method: "notifications/progress", params: { progressToken, progress } })
      }
      await sleep(2)
    }
    return text("done")
  },
)

server.registerTool("roots", {}, async () => text((await server.server.listRoots()).roots[0].uri))

await server.connect(new StdioServerTransport())
