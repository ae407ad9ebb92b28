// A server of one's own making: its own accept, its own handshake, its own loop over the requests.
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Connection, MethodNotFoundError, openConnection, wsTransport } from "@dchat/jsonrpc/node"
import { WebSocketServer, type WebSocket } from "ws"

function greet(name: string): { greeting: string } {
  return { greeting: `Hello, ${name}!` }
}

async function serveSocket(socket: WebSocket): Promise<void> {
  const connection = new Connection(wsTransport(socket), { role: "server" })
  console.log(`a client is here: isServer ${connection.isServer}, isClient ${connection.isClient}`)
  for await (const request of connection.requests()) {
    if (request.method === "greet") await request.reply(greet(...(request.params as [string])))
    else await request.replyError(new MethodNotFoundError())
  }
  console.log("the client is gone")
}

const http = createServer()
const webSockets = new WebSocketServer({ noServer: true })
const served: Promise<void>[] = []
http.on("upgrade", (request, socket, head) => {
  // Whoever does not know the word is not let in.
  if (request.headers["x-word"] === "swordfish") {
    webSockets.handleUpgrade(request, socket, head, (accepted) => void served.push(serveSocket(accepted)))
  } else {
    socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n")
  }
})
await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`

await openConnection(url).catch(() => console.log("refused without the word"))
const connection = await openConnection(url, { websocket: { headers: { "x-word": "swordfish" } } })
console.log(await connection.request("greet", ["Daisy"]))
await connection.request("shout", ["Daisy"]).catch((error: unknown) => console.log(String(error)))
await connection.notify("greet", ["nobody"])

await connection.close()
await Promise.all(served)
await new Promise((resolve) => http.close(resolve))

// Output:
// refused without the word
// a client is here: isServer true, isClient false
// { greeting: 'Hello, Daisy!' }
// MethodNotFoundError: Method not found
// the client is gone
