/** Our server on standard input and output, with headers before each message. `askBack` calls the one who calls it. */
import { Connection, contentLengthFraming, stdioTransport } from "@dchat/jsonrpc/node"
import { ourRouter } from "./ours.mjs"

const ours = ourRouter()

async function handler(request) {
  if (request.method === "exit") return request.connection.close()
  if (request.method !== "askBack") return ours.handle(request)
  await request.connection.notify("window/tell", {})
  return request.connection.request("window/ask", {})
}

// pygls says "params": null where there are none.
const dialect = { name: "lsp", nullParamsAreNone: true }
await new Connection(stdioTransport(contentLengthFraming()), { role: "server", handler, dialect }).closed
