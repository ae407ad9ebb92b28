import { nodeClock } from "@dchat/runtime/node"
import { describe, test } from "vitest"
import { newlineFraming } from "../framing/newline.ts"
import { checkTransport, SCENARIOS, type TransportLab, type TransportPair } from "../transport/compliance.test-kit.ts"
import type { TransportListener } from "../transport/listener.ts"
import type { Transport } from "../transport/transport.ts"
import { countWrites } from "./count-writes.test-kit.ts"
import { webSocketDialer } from "./websocket-client.ts"
import { webSocketBinder } from "./websocket-server.ts"

const framing = newlineFraming()

/** Dials a listener; both ends of what comes of it. */
async function dialled(listener: TransportListener, dial: (url: string) => Promise<Transport>): Promise<TransportPair> {
  const writes = countWrites()
  const accepted = new Promise<Transport>((resolve) => listener.accept(resolve))
  const [client, server] = await Promise.all([dial(listener.address), accepted])
  return {
    client,
    server,
    serverWrites: writes.ofPort(Number(new URL(listener.address).port)),
    async close() {
      writes.stop()
      await listener.close()
    },
  }
}

function webSocketLab(frames: "text" | "binary"): TransportLab {
  return {
    async pair({ maxBytes }) {
      const listener = await webSocketBinder({ maxBytes })("ws://127.0.0.1:0", { clock: nodeClock, framing })
      const dial = webSocketDialer({ maxBytes, frames })
      return dialled(listener, (url) => dial(url, { clock: nodeClock, framing, signal: undefined }))
    },
    run: (act) => act(),
    halfCloses: false,
  }
}

const LABS: readonly (readonly [name: string, make: () => TransportLab])[] = [
  ["WebSocket", () => webSocketLab("text")],
  ["WebSocket with binary frames", () => webSocketLab("binary")],
]

describe.each(LABS)("%s", (_name, make) => {
  test.each(SCENARIOS)("%s", (_promise, act) => checkTransport(make(), act))
})
