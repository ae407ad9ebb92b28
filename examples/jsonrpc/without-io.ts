// A connection without I/O: texts go in, events come out. How the texts get from one side to the other is up to you.
import { Engine, MethodNotFoundError, PendingCall } from "@dchat/jsonrpc"

const here = new Engine()
const there = new Engine()

/** The serving side: what is to be sent back for a text that came in. */
function answers(text: string): string[] {
  return there.receive(text).flatMap((event) => {
    if (event.kind === "reply") return event.text
    if (event.kind === "notification") console.log(`there: told of ${event.method}`)
    if (event.kind !== "request") return []
    const [a, b] = event.params as [number, number]
    const text =
      event.method === "add" ? there.reply(event, a + b) : there.replyError(event, new MethodNotFoundError().toObject())
    // Of a batch, nothing is sent before its last request has its answer.
    return text ?? []
  })
}

/** The calling side: carries a text there, and what comes back here. */
function exchange(text: string): void {
  console.log(`-> ${text}`)
  for (const answer of answers(text)) {
    console.log(`<- ${answer}`)
    for (const event of here.receive(answer)) {
      if (event.kind === "resolved") console.log(`call ${event.call.id}: ${String(event.value)}`)
      if (event.kind === "rejected") console.log(`call ${event.call.id}: error ${event.error.code}`)
    }
  }
}

exchange(here.request("add", [1, 2], new PendingCall()))
exchange(here.notify("hello"))
exchange(
  here.batch([
    { method: "add", params: [3, 4], call: new PendingCall() },
    { method: "subtract", params: [3, 4], call: new PendingCall() },
  ]),
)
exchange("{")

// Output:
// -> {"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}
// <- {"jsonrpc":"2.0","id":1,"result":3}
// call 1: 3
// -> {"jsonrpc":"2.0","method":"hello"}
// there: told of hello
// -> [{"jsonrpc":"2.0","id":2,"method":"add","params":[3,4]},{"jsonrpc":"2.0","id":3,"method":"subtract","params":[3,4]}]
// <- [{"jsonrpc":"2.0","id":2,"result":7},{"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"Method not found"}}]
// call 2: 7
// call 3: error -32601
// -> {
// <- {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error","data":"not JSON"}}
