import { PassThrough } from "node:stream"
import { MessageChannel } from "node:worker_threads"
import { nodeClock, nodeRuntime } from "@dchat/runtime/node"
import { describe, test } from "vitest"
import { newlineFraming } from "../framing/newline.ts"
import { checkTransport, SCENARIOS, type TransportLab, type TransportPair } from "../transport/compliance.test-kit.ts"
import type { TransportListener } from "../transport/listener.ts"
import { messagePortTransport, type PortLike } from "../transport/message-port.ts"
import { streamDialers, streamListeners, type Dialer, type TransportBinder } from "../transport/scheme.ts"
import { streamTransport } from "../transport/stream.ts"
import type { Transport } from "../transport/transport.ts"
import { countWrites } from "./count-writes.test-kit.ts"
import localhost from "./fixtures/localhost.json" with { type: "json" }
import { PipeStream } from "./pipe-stream.ts"
import { tlsBinder, tlsDialer } from "./tls-stream.ts"
import { webSocketDialer } from "./websocket-client.ts"
import { webSocketBinder } from "./websocket-server.ts"

const framing = newlineFraming()

/** Dials a listener; both ends of what comes of it. */
async function dialled(listener: TransportListener, dial: (url: string) => Promise<Transport>): Promise<TransportPair> {
  const writes = countWrites()
  const { port } = new URL(listener.address)
  const accepted = new Promise<Transport>((resolve) => listener.accept(resolve))
  const [client, server] = await Promise.all([dial(listener.address), accepted])
  return {
    client,
    server,
    serverWrites: port === "" ? undefined : writes.ofPort(Number(port)),
    async close() {
      writes.stop()
      await listener.close()
    },
  }
}

function webSocketLab(frames: "text" | "binary", compression = false): TransportLab {
  return {
    async pair({ maxBytes }) {
      const listener = await webSocketBinder({ maxBytes, compression })("ws://127.0.0.1:0", {
        clock: nodeClock,
        framing,
      })
      const dial = webSocketDialer({ maxBytes, frames, compression })
      return dialled(listener, (url) => dial(url, { clock: nodeClock, framing, signal: undefined }))
    },
    run: (act) => act(),
    halfCloses: false,
  }
}

/** A dialer and a binder that find each other at `url`. */
function dialledLab(url: string, bind: TransportBinder, dial: Dialer): TransportLab {
  return {
    async pair({ maxBytes }) {
      const context = { clock: nodeClock, framing: newlineFraming({ maxBytes }) }
      return dialled(await bind(url, context), (found) => dial(found, { ...context, signal: undefined }))
    },
    run: (act) => act(),
  }
}

const overTls = (): TransportLab =>
  dialledLab("tls://127.0.0.1:0", tlsBinder(localhost), tlsDialer({ ca: localhost.cert }))

const runtime = nodeRuntime()
const overUnix = (): TransportLab =>
  dialledLab(
    `unix:///tmp/dchat-jsonrpc-transports-${process.pid}.sock`,
    streamListeners(runtime.network)["unix:"]!,
    streamDialers(runtime.network)["unix:"]!,
  )

/** The pipes between two processes, both ends in this one. */
function pipesLab(): TransportLab {
  return {
    pair({ maxBytes }) {
      const framing = newlineFraming({ maxBytes })
      const [there, back] = [new PassThrough(), new PassThrough()]
      return Promise.resolve({
        client: streamTransport(new PipeStream(back, there), framing, "process:child"),
        server: streamTransport(new PipeStream(there, back), framing, "stdio:"),
        close: () => Promise.resolve(),
      })
    },
    run: (act) => act(),
  }
}

function portsLab(): TransportLab {
  return {
    pair() {
      const { port1, port2 } = new MessageChannel()
      return Promise.resolve({
        client: messagePortTransport(port1 as unknown as PortLike),
        server: messagePortTransport(port2 as unknown as PortLike),
        close: () => Promise.resolve(),
      })
    },
    run: (act) => act(),
    isBounded: false,
  }
}

const LABS: readonly (readonly [name: string, make: () => TransportLab])[] = [
  ["WebSocket", () => webSocketLab("text")],
  ["WebSocket with binary frames", () => webSocketLab("binary")],
  ["WebSocket, compressed", () => webSocketLab("text", true)],
  ["TLS", overTls],
  ["a unix socket", overUnix],
  ["pipes", pipesLab],
  ["MessagePort", portsLab],
]

describe.each(LABS)("%s", (_name, make) => {
  test.each(SCENARIOS)("%s", (_promise, act) => checkTransport(make(), act))
})
