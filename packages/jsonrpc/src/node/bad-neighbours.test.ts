// What one connection over a real socket can do to a server and to its other connections.
import { connect as connectSocket, type Socket } from "node:net"
import { nodeClock } from "@dchat/runtime/node"
import { sleep } from "@dchat/task"
import { expect, test } from "vitest"
import { connect, contract, method, number, router, serve, string, subscription } from "./index.ts"

const api = contract({
  text: method({ params: [["length", number]], result: string }),
  texts: subscription({ params: [["length", number]], item: string }),
})
type Listen = "tcp://127.0.0.1:0" | "ws://127.0.0.1:0"

async function start(listen: Listen = "tcp://127.0.0.1:0") {
  let answered = 0
  const handler = router(api, {
    text([length]) {
      answered++
      return "x".repeat(length)
    },
    async *texts([length]) {
      for (;;) {
        answered++
        yield "x".repeat(length)
      }
    },
  })
  const server = await serve(handler, { listen: [listen] })
  return { server, answered: () => answered, [Symbol.asyncDispose]: () => server.stop({ drainMs: 0 }) }
}

const call = (id: number, method: string, length: number): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":[${length}]}\n`

/** Writes as fast as the server reads, until told to stop. Reads nothing, unless it is told to throw away what comes. */
function pipeline(url: string, line: string): { socket: Socket; written: () => number } {
  const socket = connectSocket(Number(new URL(url).port), "127.0.0.1")
  socket.on("error", () => {})
  const chunk = line.repeat(200)
  let written = 0
  const write = (): void => {
    while (!socket.destroyed) {
      written += 200
      if (!socket.write(chunk)) return void socket.once("drain", write)
    }
  }
  socket.once("connect", write)
  return { socket, written: () => written }
}

/** Waits until a figure has moved and then stood still for a while: what was to be taken has been taken. */
async function settled(figure: () => number): Promise<number> {
  let last = 0
  for (let still = 0; still < 3;) {
    await sleep(20, { clock: nodeClock })
    const now = figure()
    still = now > 0 && now === last ? still + 1 : 0
    last = now
  }
  return last
}

const memory = (): number => {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test.each(["text", "texts"] as const)(
  "a wedged reader who pipelines calls of %s is read no further, and leaves memory flat",
  async (method) => {
    await using scene = await start()
    const before = memory()
    const { socket, written } = pipeline(scene.server.addresses[0], call(1, method, 10_000))
    await new Promise((resolve) => socket.once("connect", resolve))
    socket.pause()
    const answered = await settled(scene.answered)
    const [connection] = scene.server.connections
    // 1 MiB is left unread before reading stops; with what the system's buffers take, and one turn's answers. Of the items
    // of all subscriptions 16 MiB wait, and one of each.
    expect(connection?.bufferedBytes).toBeLessThan(2 * 1024 * 1024)
    expect(answered * 10_000).toBeLessThan((method === "text" ? 20 : 36) * 1024 * 1024)
    expect(answered).toBeGreaterThan(100)
    expect(written()).toBeGreaterThan(0)
    expect(memory() - before).toBeLessThan(60 * 1024 * 1024)
    socket.destroy()
  },
)

test("a quiet caller is answered while another connection pipelines without end", async () => {
  await using scene = await start()
  const [url] = scene.server.addresses
  const { socket, written } = pipeline(url, call(1, "text", 1))
  socket.resume()
  await using quiet = await connect(url, api)
  const shares: number[] = []
  for (let n = 0; n < 50; n++) {
    const before = scene.answered()
    await quiet.text(1)
    shares.push(scene.answered() - before)
  }
  expect(written()).toBeGreaterThan(1000)
  // A turn of the flood is a millisecond of it: some hundreds of calls, and a few turns pass on the way.
  expect(shares.toSorted((a, b) => a - b)[25]).toBeLessThan(10_000)
  expect(scene.server.connections.size).toBe(2)
  socket.destroy()
})
