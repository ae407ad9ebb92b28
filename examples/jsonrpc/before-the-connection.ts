// Calls before the connection is up: they wait for it, or fail and say that nothing was sent.
import { CallError, client, connect, openConnection, reconnecting } from "@dchat/jsonrpc/node"
import { hello, startHelloServer } from "./hello-server.ts"

function tell(error: unknown): void {
  if (!(error instanceof CallError)) throw error
  console.log(`${error.code}, sent: ${error.sent}`)
}

// `connect` gives a client only when there is a connection; nobody listens on port 1.
await connect("tcp://127.0.0.1:1", hello).catch(tell)

// A peer that connects by itself takes calls at once. Here its server is not even started.
const starting = startHelloServer()
const peer = reconnecting(async () => openConnection((await starting).addresses[0]))
const api = client(peer, hello)
console.log(`the link: ${peer.link.kind}`)
console.log(await api.hello("Daisy"))
console.log(`the link: ${peer.link.kind}`)
await api.close()

// A call whose patience ends before there is a connection fails, and is never sent later.
const hopeless = reconnecting(() => openConnection("tcp://127.0.0.1:1"))
await client(hopeless, hello).$with({ timeoutMs: 50 }).hello("Daisy").catch(tell)
await hopeless.close()

const server = await starting
await server.stop()

// Output:
// connect, sent: no
// the link: connecting
// Hello Daisy
// the link: connected
// timeout, sent: no
