// Fire and forget: no answer comes, not even an error.
import { connect } from "@dchat/jsonrpc/node"
import { hello, startHelloServer } from "./hello-server.ts"

const server = await startHelloServer((method) => console.log(`the server heard ${method}`))
const api = await connect(server.addresses[0], hello)

await api.empty()
await api.$notify("no such method", ["nobody will say so"])
// Messages stay in order: when this is answered, the notification has been handled.
console.log(await api.justHello())

await api.close()
await server.stop()

// Output:
// the server heard empty
// Hello
