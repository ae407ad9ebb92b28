// A daemon's JSON-RPC server as a stoppable task: started, driven, told to stop, and gone with all its connections.
import { connect, contract, method, router, serve, string } from "@dchat/jsonrpc/node"
import { StoppableTask, type CancelScope, type Outcome } from "@dchat/task"

const daemon = contract({ ping: method({ result: string }) })
const handler = router(daemon, { ping: () => "pong" })
const connectionLimit = 2

class RpcServerStopped extends Error {}

const { promise: listening, resolve: onListening } = promiseOf<string>()

/** The work of the task: serves until it is stopped. */
async function listenAndServe(scope: CancelScope): Promise<void> {
  const server = await serve(handler, { listen: ["tcp://127.0.0.1:0"], connectionLimit })
  onListening(server.addresses[0])
  try {
    await new Promise((_, reject) => scope.onCancel(reject))
  } finally {
    await server.stop()
  }
}

/** What is done when the server has ended, however that came. */
async function onStop(outcome: Outcome<void>): Promise<void> {
  if (outcome.status === "failed") console.log(`Failed stopping JSON-RPC server: ${String(outcome.error)}`)
  else await handler.stopConnections()
}

console.log("Starting JSON-RPC server")
const rpc = new StoppableTask({ name: "JSON-RPC server" })
rpc.start(listenAndServe, { onStop, stopError: new RpcServerStopped("RPC server stopped") })
const url = await listening

const alice = await connect(url, daemon)
const bob = await connect(url, daemon)
console.log(await alice.ping(), await bob.ping(), `${handler.connections.size} connections`)
const carol = await connect(url, daemon)
await carol.ping().catch((error: unknown) => console.log("carol:", ((error as Error).cause as Error).message))

console.log("Stopping JSON-RPC server")
const outcome = await rpc.stop()
console.log(outcome?.status, `${handler.connections.size} connections`)
await alice.ping().catch((error: unknown) => console.log(`alice: ${(error as Error).name}`))

/** A promise, and what settles it. */
function promiseOf<T>() {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((done) => (resolve = done))
  return { promise, resolve }
}

// Output:
// Starting JSON-RPC server
// pong pong 2 connections
// carol: the limit of 2 connections is reached
// Stopping JSON-RPC server
// stopped 0 connections
// alice: ConnectionClosedError
