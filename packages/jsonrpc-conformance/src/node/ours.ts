import { Connection, type ConnectionOptions, MethodNotFoundError, type Transport } from "@dchat/jsonrpc"
import { nodeRuntime } from "@dchat/runtime/node"
import { tryClient, type ClientScene, type TriedClient } from "../client/run.ts"
import { CLIENT_VECTORS } from "../client/vectors.ts"
import type { Row } from "../report.ts"
import { tryServer, type RunOptions } from "../server/run.ts"
import { SERVER_VECTORS } from "../server/vectors.ts"
import type { ClientCall } from "../vector.ts"
import type { Wire } from "../wire.ts"
import { ourMethods } from "./methods.ts"
import type { Ground } from "./transports.ts"

/** How long a client of ours waits for an answer here, in milliseconds: one vector is about an answer that never comes. */
const CALL_TIMEOUT_MS = 700

/** Tries our server and our client on a kind of connection, and takes it down. */
export async function tryOurs(ground: Ground): Promise<Row> {
  const options: RunOptions = { clock: nodeRuntime().clock }
  try {
    const server = await tryServer(SERVER_VECTORS, () => serverWire(ground), options)
    const client = ground.isDuplex ? await tryClient(CLIENT_VECTORS, () => clientScene(ground), options) : []
    return {
      name: ground.name,
      columns: [
        { title: "server", verdicts: server },
        { title: "client", verdicts: client },
      ],
    }
  } finally {
    await ground.close()
  }
}

async function serverWire(ground: Ground): Promise<Wire> {
  const options: ConnectionOptions = { role: "server", handler: (request) => ourMethods.handle(request) }
  return transportWire(await ground.reach((server) => void new Connection(server, options)))
}

async function clientScene(ground: Ground): Promise<ClientScene> {
  let wire!: Wire
  const client = await ground.reach((server) => {
    wire = transportWire(server)
  })
  return { client: triedClient(client), wire }
}

function triedClient(transport: Transport): TriedClient {
  const connection = new Connection(transport, { timeoutMs: CALL_TIMEOUT_MS, handler: refuse })
  return {
    request: (method, params) => connection.request(method, params),
    notify: (method, params) => connection.notify(method, params),
    batch: async (calls) => {
      const outcomes = await connection.batch(calls)
      return outcomes.filter((_, index) => isRequest(calls[index]))
    },
    close: () => connection.close(),
  }
}

function isRequest(call: ClientCall | undefined): boolean {
  return call?.isNotification !== true
}

function refuse(): never {
  throw new MethodNotFoundError()
}

/** A transport as a wire: each text leaves at once, and what was sent before it is closed still arrives. */
function transportWire(transport: Transport): Wire {
  let closed: Promise<void> | undefined
  return {
    send: (text) => {
      transport.send(text)
      transport.flush()
    },
    readInto: (reader) => {
      closed = new Promise((resolve) => {
        transport.readInto({
          messages: (frames) => {
            for (const frame of frames) reader.text(typeof frame === "string" ? frame : frame.reason)
          },
          end: () => reader.closed(),
          close: () => {
            reader.closed()
            resolve()
          },
        })
      })
    },
    close: () => {
      if (closed === undefined) return transport.close()
      transport.end()
      return closed
    },
  }
}
