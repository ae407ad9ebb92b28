// Methods by names that are known at run time only.
import { connect, rawFlavor } from "@dchat/jsonrpc/node"
import { hello, startHelloServer } from "./hello-server.ts"

const server = await startHelloServer()
const api = await connect(server.addresses[0], hello)

console.log(await api.$call("hello", ["Daisy"]))
console.log(await api.$call("hello", { input: "Daisy" }))
console.log(await api.$call("justHello", []))

// The result as it came, to be decoded later.
const raw = await api.$call("hello", ["Daisy"], { flavor: rawFlavor })
console.log(raw.text)
console.log(JSON.parse(raw.text))

await api.close()
await server.stop()

// Output:
// Hello Daisy
// Hello Daisy
// Hello
// "Hello Daisy"
// Hello Daisy
