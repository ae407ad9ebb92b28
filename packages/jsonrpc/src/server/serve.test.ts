import { Stopped } from "@dchat/task"
import type { ByteStream, NetworkError } from "@dchat/runtime"
import { virtualWorld, type VirtualHost, type VirtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { connect, type ConnectOptions } from "../client/connect.ts"
import { contract } from "../contract/contract.ts"
import { method } from "../contract/definition.ts"
import { number, string } from "../contract/schema.ts"
import { subscription } from "../contract/subscription.ts"
import { contentLengthFraming } from "../framing/content-length.ts"
import { lengthPrefixFraming } from "../framing/length-prefix.ts"
import { newlineFraming } from "../framing/newline.ts"
import { ServerCode } from "../message/server-code.ts"
import { AddressError } from "../transport/address.ts"
import { ConnectError, ListenError } from "../transport/errors.ts"
import { router } from "./router.ts"
import type { ServeOptions } from "./options.ts"
import { serve } from "./serve.ts"

const calculator = contract({
  add: method({
    params: [
      ["a", number],
      ["b", number],
    ],
    result: number,
  }),
  wait: method({ params: [["ms", number]], result: string }),
})

interface Scene {
  readonly world: VirtualWorld
  readonly here: VirtualHost
  readonly there: VirtualHost
}

function scene(): Scene {
  const world = virtualWorld()
  return { world, here: world.host({ name: "here" }), there: world.host({ name: "there", ip: "10.9.9.9" }) }
}

function calculate({ clock }: VirtualHost) {
  return router(calculator, {
    add: ([a, b]) => a + b,
    wait: ([ms]) => new Promise((resolve) => void clock.setTimer(ms, () => resolve("waited"))),
  })
}

function start({ world, there }: Scene, options: Partial<ServeOptions> = {}) {
  const handler = calculate(there)
  const server = serve(handler, { listen: ["tcp://10.9.9.9:7000"], runtime: there, ...options })
  return world.runUntil(server.then((server) => ({ server, handler })))
}

const call = ({ world, here }: Scene, options: Partial<ConnectOptions> = {}) =>
  world.runUntil(connect("tcp://10.9.9.9:7000", calculator, { runtime: here, ...options }))

/** A client that is only bytes. */
async function rawClient({
  world,
  here,
}: Scene): Promise<{ stream: ByteStream; text: () => string; status: () => string }> {
  const stream = await world.runUntil(here.network.connect({ kind: "tcp", host: "10.9.9.9", port: 7000 }))
  let text = ""
  let status = "open"
  stream.readInto({
    data: (chunk) => (text += new TextDecoder().decode(chunk)),
    end: () => (status = "ended"),
    close: (error: NetworkError | undefined) => (status = error === undefined ? "closed" : error.code),
  })
  return { stream, text: () => text, status: () => status }
}

const line = (text: string): Uint8Array => new TextEncoder().encode(`${text}\n`)
const ping = (id: number): Uint8Array => line(`{"jsonrpc":"2.0","id":${id},"method":"add","params":[${id},0]}`)

test("a client calls a server over a network", async () => {
  const stage = scene()
  const { server } = await start(stage, { listen: ["tcp://10.9.9.9:0", "tcp://10.9.9.9:7000"] })
  expect(server.addresses[0]).toMatch(/^tcp:\/\/10\.9\.9\.9:[1-9]\d*$/)
  expect(server.addresses[1]).toBe("tcp://10.9.9.9:7000")
  const api = await call(stage)
  expect(await stage.world.runUntil(api.add(1, 2))).toBe(3)
  await stage.world.runUntil(api.close())
  await stage.world.runUntil(server.stop())
  expect(stage.world.pendingEvents).toBe(0)
})

test("three clients are counted, one fewer when one closes, none after the stop, and the port is free again", async () => {
  const stage = scene()
  const { world } = stage
  const { server, handler } = await start(stage)
  const [first, second, third] = [await call(stage), await call(stage), await call(stage)]
  await world.runUntil(Promise.all([first.add(1, 1), second.add(1, 1), third.add(1, 1)]))
  expect(handler.connections.size).toBe(3)
  await world.runUntil(first.close())
  await world.advance(10)
  expect(handler.connections.size).toBe(2)
  expect(server.connections.size).toBe(2)
  await world.runUntil(server.stop())
  expect(handler.connections.size).toBe(0)
  expect(await world.runUntil(second.$connection.closed)).toBeUndefined()
  const again = await start(stage)
  await world.runUntil(again.server.stop())
})

test("a stop lets what is in flight be answered, but not for ever", async () => {
  const stage = scene()
  const { world } = stage
  const { server } = await start(stage)
  const api = await call(stage)
  const short = api.wait(100)
  const long = api.wait(100_000).catch((error: unknown) => error)
  await world.advance(10)
  const stopped = server.stop({ drainMs: 1000 })
  expect(await world.runUntil(short)).toBe("waited")
  expect(await world.runUntil(long)).toMatchObject({ code: "closed", sent: "maybe" })
  await world.runUntil(stopped)
  expect(world.now).toBeLessThan(2000)
})

test("who loses patience with a stop ends it at once, and subscriptions never hold it up", async () => {
  const stage = scene()
  const { world } = stage
  const { server } = await start(stage)
  const api = await call(stage)
  const long = api.wait(100_000).catch((error: unknown) => error)
  await world.advance(10)
  const stopped = server.stop({ drainMs: 60_000 })
  await world.advance(1000)
  expect(server.connections.size).toBe(1)
  await world.runUntil(server.stop({ drainMs: 0 }))
  await world.runUntil(stopped)
  expect(await world.runUntil(long)).toMatchObject({ code: "closed", sent: "maybe" })
  expect(world.now).toBeLessThan(3000)

  const clockwork = contract({ ticks: subscription({ item: number }) })
  const forever = router(clockwork, { ticks: (_, pending) => void pending.accept().trySend(1) })
  const { there, here } = stage
  const ticking = await world.runUntil(serve(forever, { listen: ["tcp://10.9.9.9:7000"], runtime: there }))
  const ticks = (await world.runUntil(connect("tcp://10.9.9.9:7000", clockwork, { runtime: here }))).ticks()
  expect(await world.runUntil(ticks.next())).toEqual({ done: false, value: 1 })
  const before = world.now
  await world.runUntil(ticking.stop())
  expect(world.now - before).toBeLessThan(1000)
  await expect(ticks.next()).rejects.toMatchObject({ code: ServerCode.closing })
})

test("the handler's set of connections stops them all, as tasks", async () => {
  const stage = scene()
  const { world } = stage
  const { server, handler } = await start(stage)
  const api = await call(stage)
  await world.runUntil(api.add(1, 1))
  const [task] = handler.connections
  await world.runUntil(handler.stopConnections())
  expect(await task?.join()).toMatchObject({ status: "stopped", reason: expect.any(Stopped) as unknown })
  await world.runUntil(api.$connection.closed)
  const later = await call(stage)
  expect(await world.runUntil(later.add(2, 2))).toBe(4)
  await world.runUntil(server.stop())
})

test("one connection above the limit is told so, with the id 0, and closed", async () => {
  const stage = scene()
  const { world } = stage
  const { server } = await start(stage, { connectionLimit: 1 })
  const api = await call(stage)
  await world.runUntil(api.add(1, 1))
  const second = await rawClient(stage)
  await world.advance(10)
  expect(JSON.parse(second.text())).toMatchObject({ id: 0, error: { code: -32000 } })
  expect(second.status()).toBe("ended")
  void second.stream.close()
  await world.advance(10)

  const third = await call(stage)
  const error = await world.runUntil(third.add(1, 1).catch((error: unknown) => error))
  expect(error).toMatchObject({ code: "closed", cause: { code: -32000 } })
  await world.runUntil(api.close())
  await world.advance(10)
  const fourth = await call(stage)
  expect(await world.runUntil(fourth.add(1, 1))).toBe(2)
  await world.runUntil(server.stop())
})

test("a disabled method is answered as if it were not there", async () => {
  const stage = scene()
  const { server } = await start(stage, { disabledMethods: ["add"] })
  const api = await call(stage)
  await expect(stage.world.runUntil(api.add(1, 1))).rejects.toMatchObject({ code: -32601 })
  expect(await stage.world.runUntil(api.wait(1))).toBe("waited")
  await stage.world.runUntil(server.stop())
})

const framings = { lines: newlineFraming(), "Content-Length": contentLengthFraming(), "4 bytes": lengthPrefixFraming() }
const heads = ["POST / HTTP/1.1", "POST /a:b HTTP/1.1", "OPTIONS /x HTTP/1.1"]

test.each(heads.flatMap((head) => Object.entries(framings).map(([name, framing]) => [head, name, framing] as const)))(
  "%s on a port framed by %s closes the connection, and no method runs",
  async (head, _, framing) => {
    const stage = scene()
    const { world } = stage
    const { server, handler } = await start(stage, { framing })
    const { stream, text, status } = await rawClient(stage)
    const message = '{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}'
    const body = `Content-Length: ${message.length}\r\n\r\n${message}`
    const request = `${head}\r\nContent-Type: text/plain\r\n${body}\n${message}\n`
    for (const char of request) stream.write(new TextEncoder().encode(char))
    await world.advance(100)
    expect(text()).toBe("")
    expect(status()).not.toBe("open")
    expect(handler.connections.size).toBe(0)
    await world.runUntil(server.stop())
  },
)

test("two requests that come together may be answered in either order: the quick one is not held up", async () => {
  const stage = scene()
  const { server } = await start(stage)
  const { stream, text } = await rawClient(stage)
  stream.write(line('{"jsonrpc":"2.0","id":1,"method":"wait","params":[50]}'))
  stream.write(ping(2))
  await stage.world.advance(100)
  expect(
    text()
      .trim()
      .split("\n")
      .map((each) => (JSON.parse(each) as { id: number }).id),
  ).toEqual([2, 1])
  await stage.world.runUntil(server.stop())
})

test("at most one write in ten replies, at 64 in flight", async () => {
  const stage = scene()
  const { world, there } = stage
  const streams: ByteStream[] = []
  const listen = async (...args: Parameters<typeof there.network.listen>) => {
    const listener = await there.network.listen(...args)
    return {
      ...listener,
      address: listener.address,
      refused: 0,
      close: () => listener.close(),
      async *[Symbol.asyncIterator]() {
        for await (const stream of listener) {
          streams.push(stream)
          yield stream
        }
      },
    }
  }
  const { server } = await start(stage, { runtime: { clock: there.clock, network: { listen } } })
  const api = await call(stage)
  let calls = 0
  const caller = async (): Promise<void> => {
    while (calls < 6400) await api.add(++calls, 1)
  }
  await world.runUntil(Promise.all(Array.from({ length: 64 }, caller)))
  expect(streams).toHaveLength(1)
  expect((streams[0]?.writeCalls ?? Infinity) / calls).toBeLessThanOrEqual(0.1)
  await world.runUntil(server.stop())
})

test("an address that cannot be used is said so, with what to do", async () => {
  const stage = scene()
  const { world, there, here } = stage
  const { server } = await start(stage)
  const listen = (...listen: [string, ...string[]]) =>
    world.runUntil(serve(calculate(there), { listen, runtime: there }))
  await expect(listen("tcp://10.9.9.9:7001", "tcp://10.9.9.9:7000")).rejects.toBeInstanceOf(ListenError)
  const after = await listen("tcp://10.9.9.9:7001")
  await expect(listen("nonsense")).rejects.toBeInstanceOf(AddressError)
  await expect(listen("gopher://10.9.9.9:70")).rejects.toThrow("use tcp:// or unix://")
  await expect(listen("tcp://10.9.9.9")).rejects.toThrow("a host and a port")
  await expect(world.runUntil(connect("tcp://10.9.9.9:7", calculator, { runtime: here }))).rejects.toBeInstanceOf(
    ConnectError,
  )
  await world.runUntil(Promise.all([server.stop(), after.stop()]))
})

test("whoever gives handlers in place of a router is told so, not whoever connects", async () => {
  const { here } = scene()
  const handlers = { add: () => 3 } as unknown as Parameters<typeof serve>[0]
  await expect(serve(handlers, { listen: ["tcp://10.0.0.1:0"], runtime: here })).rejects.toThrow("router(contract")
})

test("a method can be called without any network", async () => {
  const { there } = scene()
  const handler = calculate(there)
  expect(await handler.execute("add", [1, 2])).toBe(3)
  expect(await handler.execute("add", { b: 2, a: 1 })).toBe(3)
  await expect(handler.execute("add", ["1", 2])).rejects.toMatchObject({
    code: -32602,
    data: "a: expected number, got string",
  })
  await expect(handler.execute("nope")).rejects.toMatchObject({ code: -32601 })
})
