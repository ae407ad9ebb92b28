// A worker that answers its page.
import { Connection, messagePortTransport } from "@dchat/jsonrpc"

const connection = new Connection(messagePortTransport(self), { role: "server" })
for await (const request of connection.requests()) {
  const [a, b] = /** @type {[number, number]} */ (request.params)
  await request.reply(request.method === "add" ? a + b : request.params)
}
