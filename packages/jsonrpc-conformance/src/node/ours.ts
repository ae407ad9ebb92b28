import { Connection, type ConnectionOptions, MethodNotFoundError, type Transport } from "@dchat/jsonrpc"
import { nodeRuntime } from "@dchat/runtime/node"
import { tryClient, type ClientScene, type TriedClient } from "../client/run.ts"
import { CLIENT_VECTORS } from "../client/vectors.ts"
import type { Row } from "../report.ts"
import { tryServer, type RunOptions } from "../server/run.ts"
import { SERVER_VECTORS } from "../server/vectors.ts"
import type { ClientCall, ClientVector, Verdict } from "../vector.ts"
import type { Wire } from "../wire.ts"
import { HttpWire, unfitForHttp } from "./http-wire.ts"
import { ourMethods } from "./methods.ts"
import { Patience } from "./patience.ts"
import type { Ground } from "./ground.ts"

/** Tries our server and our client on a kind of connection, and takes it down. */
export async function tryOurs(ground: Ground, { every = 1 }: SampleOptions = {}): Promise<Row> {
  const { atOnce } = ground
  const options: RunOptions = { clock: nodeRuntime().clock, ...(atOnce === undefined ? {} : { atOnce }) }
  const sampled = (_: unknown, index: number): boolean => index % every === 0
  try {
    const server = await tryServer(SERVER_VECTORS.filter(sampled), () => serverWire(ground), options)
    const client = await tryOurClient(CLIENT_VECTORS.filter(sampled), ground, options)
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

/** How much is tried. */
export interface SampleOptions {
  /** One vector of so many. Default: each. */
  readonly every?: number
}

async function tryOurClient(
  vectors: readonly ClientVector[],
  ground: Ground,
  options: RunOptions,
): Promise<readonly Verdict[]> {
  if (ground.kind === "duplex") return tryClient(vectors, () => clientScene(ground), options)
  const skipped = vectors.flatMap((vector): Verdict[] => {
    const why = unfitForHttp(vector)
    return why === undefined ? [] : [{ vector, status: "skipped", why }]
  })
  const fit = vectors.filter((vector) => unfitForHttp(vector) === undefined)
  return [...(await tryClient(fit, () => httpScene(ground), options)), ...skipped]
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

async function httpScene(ground: Ground): Promise<ClientScene> {
  const wire = new HttpWire()
  const client = await ground.reach((exchange) => wire.take(exchange))
  return { client: triedClient(client), wire }
}

function triedClient(transport: Transport): TriedClient {
  const clock = new Patience(nodeRuntime().clock)
  const connection = new Connection(transport, { clock, handler: refuse })
  return {
    request: (method, params) => connection.request(method, params),
    notify: (method, params) => connection.notify(method, params),
    batch: async (calls) => {
      const outcomes = await connection.batch(calls)
      return outcomes.filter((_, index) => isRequest(calls[index]))
    },
    runOutOfTime: () => clock.runOut(),
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
