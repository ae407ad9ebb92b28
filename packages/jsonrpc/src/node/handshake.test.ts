import { once } from "node:events"
import { createServer, type AddressInfo, type Socket } from "node:net"
import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { newlineFraming } from "../framing/newline.ts"
import { tlsDialer } from "./tls-stream.ts"
import { webSocketDialer } from "./websocket-client.ts"

test.each([
  ["ws", webSocketDialer()],
  ["wss", webSocketDialer()],
  ["tls", tlsDialer()],
])("%s: a server that accepts and says nothing is given up after 10 s", async (scheme, dial) => {
  const silent = createServer()
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve))
  const accepted = once(silent, "connection") as Promise<[Socket]>
  const world = virtualWorld({ seed: "handshake" })
  const { clock } = world.host({ name: "here", ip: "10.0.0.1" })
  const url = `${scheme}://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const dialling = dial(url, { clock, framing: newlineFraming(), signal: undefined }).catch((error: unknown) => error)
  const [socket] = await accepted
  const gone = new Promise((resolve) => socket.on("close", resolve))
  socket.on("error", () => {}).resume()
  await world.advance(9_999)
  expect(await Promise.race([dialling, Promise.resolve("still waiting")])).toBe("still waiting")
  await world.advance(1)
  expect(await dialling).toMatchObject({ code: "connect", sent: "no", message: expect.stringContaining("10000 ms") })
  await gone
  silent.close()
})
