// A client and a server in one process, on the two ends of channels that the program has made. One connection per pair.
import { channelTransport, client, Connection, contract, method, router, string } from "@dchat/jsonrpc"
import { Queue } from "@dchat/task"

const greeter = contract({ greet: method({ params: [["name", string]], result: string }) })
const handler = router(greeter, { greet: ([name]) => `Hello, ${name}!` })

const requests = new Queue<string>(10)
const responses = new Queue<string>(10)
const server = new Connection(channelTransport({ send: responses, receive: requests }), {
  role: "server",
  handler: (request) => handler.handle(request),
})
const connection = new Connection(channelTransport({ send: requests, receive: responses }))

const api = client(connection, greeter)
console.log(await api.greet("Daisy"))
console.log(`connections' roles: ${connection.role}, ${server.role}`)

await api.close()
await server.closed
console.log(`channels closed: ${requests.closed && responses.closed}`)

// Output:
// Hello, Daisy!
// connections' roles: client, server
// channels closed: true
