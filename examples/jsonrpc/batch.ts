// Several calls in one message, and how each of them ended.
import { connect, tryBatch } from "@dchat/jsonrpc/node"
import { hello, NobodyThere, startHelloServer } from "./hello-server.ts"

const server = await startHelloServer()
const api = await connect(server.addresses[0], hello)

const [first, second, third] = await api.$batch((batch) => [
  batch.hello("Daisy"),
  batch["🙂"]("Daisy"),
  batch.hello(""),
])
console.log(first)
console.log(second)
console.log(
  third.ok ? third.value : `${third.error instanceof NobodyThere} ${third.error.code}: ${third.error.message}`,
)

// The batch as a whole: it was answered, or it could not be sent.
const sendAgain = () => tryBatch(api, (batch) => [batch.hello("Daisy"), batch.justHello()])
console.log(await sendAgain())
await api.close()
const unsent = await sendAgain()
console.log(unsent.ok ? unsent.responses : String(unsent.error).split(" to ")[0])

await server.stop()

// Output:
// { ok: true, value: 'Hello Daisy' }
// { ok: true, value: '🙂 Daisy' }
// true 1001: there is nobody of that name
// {
//   ok: true,
//   responses: [ { ok: true, value: 'Hello Daisy' }, { ok: true, value: 'Hello' } ]
// }
// ConnectionClosedError: the connection
