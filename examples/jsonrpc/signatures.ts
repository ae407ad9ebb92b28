// Methods by signatures written as text: the compiler types the calls from the same text that is checked at run time.
import { client, openConnection, signature, signatures } from "@dchat/jsonrpc/node"
import { fromFile } from "./client-signatures.ts"
import { startHelloServer } from "./hello-server.ts"

const server = await startHelloServer()
const connection = await openConnection(server.addresses[0])

// A list of signatures. A name may have any characters.
const api = client(connection, signatures("hello(input: string): string; 🙂(input: string): string"))
console.log(await api.hello("Daisy"))
console.log(await api["🙂"]("Daisy"))

// One signature under a name of one's own: `bye` on the wire.
const goodbye = client(connection, signature("sayBye", "bye(input: string): string"))
console.log(await goodbye.sayBye("Daisy"))

// Signatures in a file: `dchat-rpc generate client.signatures --name fromFile` wrote the module that is imported here.
const generated = client(connection, fromFile)
console.log(await generated.justHello())

await connection.close()
await server.stop()

// Output:
// Hello Daisy
// 🙂 Daisy
// Bye Daisy
// Hello
