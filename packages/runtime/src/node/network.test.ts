import { spawnSync } from "node:child_process"
import dns from "node:dns"
import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import {
  createServer,
  getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamilyAttemptTimeout,
  type Socket,
} from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test, vi } from "vitest"
import { ALICE, BOB, accept, bytes, Inbox } from "../compliance/lab.test-kit.ts"
import { NodeNetwork } from "./index.ts"

const LOOPBACK = { kind: "tcp", host: "127.0.0.1", port: 0 } as const

async function inDirectory(scenario: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "dchat-"))
  try {
    await scenario(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** A server of Node's own, for what ours does not do. */
async function rawServer(onSocket: (socket: Socket) => void) {
  const server = createServer(onSocket)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const bound = server.address()
  if (bound === null || typeof bound === "string") throw new Error("no port")
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()))
  return { address: { kind: "tcp", host: "127.0.0.1", port: bound.port } as const, close }
}

test.skipIf(process.platform === "win32")("the socket's file that a killed program left is replaced", () =>
  inDirectory(async (directory) => {
    const path = join(directory, "sock")
    const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`
    spawnSync(process.execPath, ["-e", script])
    expect(existsSync(path)).toBe(true)
    const network = new NodeNetwork()
    const listener = await network.listen({ kind: "unix", path })
    const [client, server] = await Promise.all([network.connect({ kind: "unix", path }), accept(listener)])
    await Promise.all([client.close(), server.close(), listener.close()])
    expect(existsSync(path)).toBe(false)
  }),
)

test.skipIf(process.platform === "win32")("a path that the system would cut is refused", () =>
  inDirectory(async (directory) => {
    const path = join(directory, "x".repeat(120))
    await expect(new NodeNetwork().listen({ kind: "unix", path })).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("107 bytes"),
    })
  }),
)

test("an address of a name has more time than Node gives it, since nobody comes back to it", async () => {
  const server = await rawServer(() => {})
  const addresses = ["127.0.0.1", "127.0.0.2"].map((address) => ({ address, family: 4 }))
  const answer = ((_host: string, _options: object, done: (error: null, found: object[]) => void) =>
    process.nextTick(done, null, addresses)) as unknown as typeof dns.lookup
  const lookup = vi.spyOn(dns, "lookup").mockImplementation(answer)
  const before = getDefaultAutoSelectFamilyAttemptTimeout()
  // For the longer time of a slow line, a busy process: its timers run before it hears that it is connected.
  setDefaultAutoSelectFamilyAttemptTimeout(10)
  try {
    const connecting = new NodeNetwork().connect({ ...server.address, host: "far.test" })
    await new Promise<void>((resolve) => process.nextTick(() => process.nextTick(resolve)))
    for (const end = performance.now() + 40; performance.now() < end;);
    const stream = await connecting
    expect(stream.remoteAddress).toMatchObject({ host: "127.0.0.1" })
    await stream.close()
  } finally {
    setDefaultAutoSelectFamilyAttemptTimeout(before)
    lookup.mockRestore()
    await server.close()
  }
})

test("a reset is told with where it came from", async () => {
  const server = await rawServer((socket) => socket.on("data", () => socket.resetAndDestroy()))
  const stream = await new NodeNetwork().connect(server.address)
  const inbox = new Inbox()
  stream.readInto(inbox)
  stream.write(bytes("now"))
  await inbox.until("close")
  expect(inbox.error).toMatchObject({
    code: "reset",
    message: `the connection with 127.0.0.1:${server.address.port} is gone: the other side broke the connection`,
  })
  await server.close()
})

test("a reset before anybody reads is told to who reads later", async () => {
  const server = await rawServer((socket) => socket.on("data", () => socket.resetAndDestroy()))
  const stream = await new NodeNetwork().connect(server.address)
  stream.write(bytes("now"))
  await stream.closed
  const inbox = new Inbox()
  stream.readInto(inbox)
  await inbox.until("close")
  expect(inbox.error?.code).toBe("reset")
  await server.close()
})

test("what breaks a TLS stream after its handshake closes it, on both sides", async () => {
  const network = new NodeNetwork()
  for (const guilty of ["client", "server"] as const) {
    const listener = await network.listen(LOOPBACK)
    const garble = { client: (): unknown => undefined, server: (): unknown => undefined }
    // Between the two stands somebody who puts in bytes that are no TLS.
    const middle = await rawServer((socket) => {
      void network.connect(listener.address).then((onward) => {
        onward.readInto({
          data: (chunk) => socket.write(chunk),
          end: () => socket.end(),
          close: () => socket.destroy(),
        })
        socket.on("data", (chunk) => onward.write(chunk))
        socket.on("close", () => void onward.close())
        garble.client = () => onward.write(bytes("no TLS at all"))
        garble.server = () => socket.write("no TLS at all")
      })
    })
    const [plainClient, plainServer] = await Promise.all([network.connect(middle.address), accept(listener)])
    const [client, server] = await Promise.all([
      network.upgradeTls(plainClient, { role: "client", identity: ALICE }),
      network.upgradeTls(plainServer, { role: "server", identity: BOB, requestCertificate: true }),
    ])
    const [atClient, atServer] = [new Inbox(), new Inbox()]
    client.readInto(atClient)
    server.readInto(atServer)
    client.write(bytes("well"))
    await atServer.until(4)
    garble[guilty]()
    const victim = guilty === "client" ? atServer : atClient
    await victim.until("close")
    expect(victim.error).toMatchObject({
      code: "tls",
      message: expect.stringMatching(/is gone: [a-z ]+$/),
    })
    await Promise.all([client.close(), server.close(), listener.close()])
    await middle.close()
  }
})

test("an identity that is none is said to be so", async () => {
  const network = new NodeNetwork()
  const listener = await network.listen(LOOPBACK)
  const [client, server] = await Promise.all([network.connect(listener.address), accept(listener)])
  const identity = { certificate: bytes("no certificate"), privateKey: bytes("no key") }
  await expect(network.upgradeTls(server, { role: "server", identity })).rejects.toMatchObject({
    code: "tls",
    message: expect.stringContaining("cannot be used"),
  })
  await expect(server.closed).resolves.toBeUndefined()
  await Promise.all([client.close(), listener.close()])
})
