// What a call may fail with, and what is known then.
import {
  CallError,
  connect,
  ConnectError,
  InvalidParamsError,
  MethodNotFoundError,
  type Client,
} from "@dchat/jsonrpc/node"
import { hello, NobodyThere, startHelloServer } from "./hello-server.ts"

const server = await startHelloServer()
const address = server.addresses[0]
const api = await connect(address, hello)

async function tell(call: Promise<unknown>): Promise<void> {
  try {
    console.log(await call)
  } catch (error) {
    // What the server answered has a class for its code; what went wrong on the way says whether it may have been sent.
    if (error instanceof NobodyThere) console.log(`declared: ${error.code} ${error.message}`)
    else if (error instanceof MethodNotFoundError) console.log(`no such method: ${error.code}`)
    else if (error instanceof InvalidParamsError) console.log(`wrong parameters: ${String(error.data)}`)
    else if (error instanceof ConnectError) console.log("nobody listens there")
    else if (error instanceof CallError) console.log(`${error.code}, sent: ${error.sent}`)
    else throw error
  }
}

await tell(api.hello(""))
await tell(api.$call("no such method"))
await tell(api.$call("hello", [1]))
await tell(api.$with({ signal: AbortSignal.abort() }).justHello())

await api.close()
await tell(api.justHello())
await server.stop()

// There is no client before its connection is up: `connect` gives one, or says why not.
const early: Promise<Client> = connect(address, hello)
await tell(early)

// Output:
// declared: 1001 there is nobody of that name
// no such method: -32601
// wrong parameters: input: expected string, got number
// cancelled, sent: no
// closed, sent: no
// nobody listens there
