import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import {
  channelTransport,
  contentLengthFraming,
  lengthPrefixFraming,
  memoryPair,
  messagePortTransport,
  newlineFraming,
  streamTransport,
  type Framing,
  type Transport,
  type TransportListener,
} from "@dchat/jsonrpc"
import { nodeDialers, nodeListeners } from "@dchat/jsonrpc/node"
import type { Address } from "@dchat/runtime"
import { nodeRuntime } from "@dchat/runtime/node"
import { Queue } from "@dchat/task"
import { childProcessGround } from "./child-process.ts"
import type { Ground, Welcome } from "./ground.ts"
import localhost from "./fixtures/localhost.json" with { type: "json" }

const LOOPBACK: Address = { kind: "tcp", host: "127.0.0.1", port: 0 }

/** Every kind of connection there is. A new one is a line here. */
export const GROUNDS: readonly (readonly [name: string, make: (name: string) => Promise<Ground>])[] = [
  ["memory", (name) => pairGround(name, memoryPair)],
  ["channels", (name) => pairGround(name, channelPair)],
  ["message port", (name) => pairGround(name, portPair)],
  ["tcp", (name) => streamGround(name, LOOPBACK, newlineFraming())],
  ["tcp, Content-Length", (name) => streamGround(name, LOOPBACK, contentLengthFraming())],
  ["tcp, a length of 4 bytes", (name) => streamGround(name, LOOPBACK, lengthPrefixFraming())],
  ["unix socket", unixGround],
  ["tls", (name) => urlGround(name, "tls://127.0.0.1:0")],
  ["websocket", (name) => urlGround(name, "ws://127.0.0.1:0")],
  ["websocket, tls", (name) => urlGround(name, "wss://127.0.0.1:0")],
  ["stdio of a child process", (name) => childProcessGround(name)],
  ["http", (name) => httpGround(name, "http://127.0.0.1:0")],
  ["https", (name) => httpGround(name, "https://127.0.0.1:0")],
]

type Pair = readonly [client: Transport, server: Transport]

function channelPair(): Pair {
  const there = new Queue<string>(10)
  const back = new Queue<string>(10)
  return [channelTransport({ send: there, receive: back }), channelTransport({ send: back, receive: there })]
}

function portPair(): Pair {
  const { port1, port2 } = new MessageChannel()
  return [messagePortTransport(port1), messagePortTransport(port2)]
}

async function pairGround(name: string, makePair: () => Pair): Promise<Ground> {
  return {
    name,
    kind: "duplex",
    reach: async (welcome) => {
      const [client, server] = makePair()
      welcome(server)
      return client
    },
    close: async () => {},
  }
}

async function unixGround(name: string): Promise<Ground> {
  const folder = await mkdtemp(path.join(tmpdir(), "dchat-conformance-"))
  const ground = await streamGround(name, { kind: "unix", path: path.join(folder, "rpc.sock") }, newlineFraming())
  return {
    ...ground,
    close: async () => {
      await ground.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function streamGround(name: string, address: Address, framing: Framing): Promise<Ground> {
  const { network } = nodeRuntime()
  const listener = await network.listen(address)
  const accepted = listener[Symbol.asyncIterator]()
  return {
    name,
    kind: "duplex",
    reach: oneByOne(async (welcome) => {
      const [client, server] = await Promise.all([network.connect(listener.address), accepted.next()])
      if (server.done !== true) welcome(streamTransport(server.value, framing))
      return streamTransport(client, framing)
    }),
    close: () => listener.close(),
  }
}

async function urlGround(name: string, url: string): Promise<Ground> {
  const { bind, dial, context } = doorsOf(url)
  let welcomeNext: Welcome = () => {}
  const listener = await bind(url, context)
  listener.accept((server) => welcomeNext(server))
  return {
    name,
    kind: "duplex",
    reach: oneByOne(async (welcome) => {
      const accepted = new Promise<void>((resolve) => {
        welcomeNext = (server) => {
          welcome(server)
          resolve()
        }
      })
      const client = await dial(listener.address, { ...context, signal: undefined })
      await accepted
      return client
    }),
    close: () => listener.close(),
  }
}

/** A listener for each client, so that it is known whose a POST is. */
async function httpGround(name: string, url: string): Promise<Ground> {
  const { bind, dial, context } = doorsOf(url)
  const listeners: TransportListener[] = []
  return {
    name,
    kind: "http",
    reach: async (welcome) => {
      const listener = await bind(url, context)
      listeners.push(listener)
      listener.accept((server) => welcome(server))
      return dial(listener.address, { ...context, signal: undefined })
    },
    close: async () => {
      await Promise.all(listeners.map((listener) => listener.close()))
    },
  }
}

function doorsOf(url: string) {
  const { clock } = nodeRuntime()
  const scheme = new URL(url).protocol
  const bind = nodeListeners({ tls: localhost })[scheme]
  const dial = nodeDialers({ tls: { ca: localhost.cert } })[scheme]
  if (bind === undefined || dial === undefined) throw new Error(`${url}: there is no such transport`)
  return { bind, dial, context: { clock, framing: newlineFraming() } }
}

/** Connections are made one after the other, so that the two ends belong together. */
function oneByOne(reach: Ground["reach"]): Ground["reach"] {
  let turn: Promise<unknown> = Promise.resolve()
  return (welcome) => {
    const client = turn.then(() => reach(welcome))
    turn = client
    return client
  }
}
