import { virtualWorld } from "@dchat/runtime/virtual"
import fc from "fast-check"
import { expect, test } from "vitest"
import { byteLength, isLongerThan } from "../message/byte-length.ts"
import { ApplicationError } from "../message/errors.ts"
import { memoryPair } from "../transport/memory.ts"
import { RawPeer } from "../transport/raw-peer.test-kit.ts"
import { Connection } from "./connection.ts"
import { newCounters } from "./counters.ts"
import { Engine, type IncomingCall } from "./engine.ts"
import { MessageTooLongError } from "./errors.ts"
import { openConnection } from "../client/connect.ts"
import { newlineFraming } from "../framing/newline.ts"
import { requestHandler } from "../server/request-handler.ts"
import { serve } from "../server/serve.ts"
import { DEFAULT_LIMITS, limitsOf } from "./limits.ts"
import type { ConnectionOptions } from "./options.ts"

/** Answers with as many characters as it is asked for. */
function pair(options: ConnectionOptions = {}) {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const server = new Connection(far, {
    clock,
    role: "server",
    handler: ({ params }) => {
      const [length, character] = params as [number, string?]
      if (character === "fail") throw new ApplicationError(7, "failed", "x".repeat(length))
      return (character ?? "x").repeat(length)
    },
    ...options,
  })
  return { world, clock, near, server }
}

const tooLong = { code: -32008 }

test("a reply that is too long is an error for that call, and the connection goes on", async () => {
  const { world, clock, near, server } = pair({ limits: { maxSendBytes: 1000 } })
  const client = new Connection(near, { clock })
  const call = (...params: unknown[]): Promise<unknown> => world.runUntil(client.request("x", params))
  const envelope = '{"jsonrpc":"2.0","id":1,"result":""}'.length
  expect(await call(1000 - envelope)).toHaveLength(1000 - envelope)
  await expect(call(1001 - envelope)).rejects.toMatchObject(tooLong)
  await expect(call(1000, "fail")).rejects.toMatchObject(tooLong)
  await expect(call(10, "fail")).rejects.toMatchObject({ code: 7 })
  // Bytes count, not characters.
  expect(await call(300, "é")).toHaveLength(300)
  await expect(call(500, "é")).rejects.toMatchObject(tooLong)
  expect(server.counters.repliesTooLong).toBe(3)
  expect(client.status).toBe("open")
})

test("by default a reply is as long as others read", async () => {
  const { world, clock, near } = pair()
  const client = new Connection(near, { clock })
  await expect(world.runUntil(client.request("x", [16 * 1024 * 1024]))).rejects.toMatchObject(tooLong)
  expect(await world.runUntil(client.request("x", [16 * 1024 * 1024 - 100]))).toHaveLength(16 * 1024 * 1024 - 100)
})

test("who takes longer messages in sends them as well, unless told otherwise", async () => {
  const MiB = 1024 * 1024
  const framing = newlineFraming({ maxBytes: 20 * MiB })
  for (const [limits, longest] of [
    [undefined, 20 * MiB],
    [{ maxDepth: 10 }, 20 * MiB],
    [{ maxSendBytes: 18 * MiB }, 18 * MiB],
  ] as const) {
    const world = virtualWorld()
    const host = world.host({ name: "there", ip: "10.0.0.1" })
    const handler = requestHandler(({ params }) => "x".repeat((params as [number])[0]))
    const listen = ["tcp://10.0.0.1:7000"] as const
    await world.runUntil(serve(handler, { listen, runtime: host, framing, ...(limits && { limits }) }))
    const runtime = world.host({ name: "here" })
    const connection = await world.runUntil(openConnection(listen[0], { runtime, framing }))
    const call = (...params: unknown[]): Promise<unknown> => world.runUntil(connection.request("x", params))
    expect(await call(longest - 100)).toHaveLength(longest - 100)
    await expect(call(longest)).rejects.toMatchObject(tooLong)
    expect(await call(1, "x".repeat(17 * MiB))).toBe("x")
    await expect(call(1, "x".repeat(20 * MiB))).rejects.toMatchObject({ code: "too-long", sent: "no" })
  }
})

test("who takes only shorter messages in may send longer ones: the other side may take them", () => {
  expect(limitsOf(undefined, 1000)).toBe(DEFAULT_LIMITS)
  expect(limitsOf({ maxDepth: 1 }, 1000).maxSendBytes).toBe(DEFAULT_LIMITS.maxSendBytes)
})

test("in a batch, only the call whose reply is too long fails", async () => {
  const { world, near, server } = pair({ limits: { maxSendBytes: 1000 } })
  const peer = new RawPeer(near)
  const batch = async (...lengths: number[]): Promise<unknown[]> => {
    peer.send(lengths.map((length, id) => ({ jsonrpc: "2.0", id, method: "x", params: [length] })))
    await world.runUntilIdle()
    return peer.take().flat()
  }
  const code = (id: number) => ({ id, error: tooLong })
  expect(await batch(10, 2000, 20)).toMatchObject([{ result: "x".repeat(10) }, code(1), { result: "x".repeat(20) }])
  // Each by itself would fit, all of them do not: those that come late fail.
  expect(await batch(400, 400, 10)).toMatchObject([{ result: "x".repeat(400) }, code(1), { result: "x".repeat(10) }])
  expect(server.counters.repliesTooLong).toBe(2)
})

test("the replies of a batch are never longer together than they may be", () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom("x", "é", "€", "😀", "\ud800"), maxLength: 60 }), {
    minLength: 1,
    maxLength: 12,
  })
  fc.assert(
    fc.property(
      texts,
      fc.integer({ min: 0, max: 800 }),
      fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
      (texts, more, order) => {
        const maxSendBytes = 160 * texts.length + more
        const engine = new Engine({ limits: { ...DEFAULT_LIMITS, maxSendBytes } })
        const batch = texts.map((_, id) => ({ jsonrpc: "2.0", id, method: "x" }))
        const waiting = engine.receive(JSON.stringify(batch)) as IncomingCall[]
        let answer: string | undefined
        while (waiting.length > 0) {
          const [request] = waiting.splice((order[waiting.length - 1] ?? 0) % waiting.length, 1) as [IncomingCall]
          answer = engine.reply(request, texts[Number(request.id)])
        }
        expect(byteLength(answer ?? "")).toBeLessThanOrEqual(maxSendBytes)
        const replies = JSON.parse(answer ?? "") as { id: number; result?: string; error?: { code: number } }[]
        expect(replies.map(({ id }) => id)).toEqual(texts.map((_, id) => id))
        for (const { id, result, error } of replies) {
          if (error === undefined) expect(result).toBe(JSON.parse(JSON.stringify(texts[id])))
          else expect(error.code).toBe(-32008)
        }
        const whole = `[${texts.map((text, id) => `{"jsonrpc":"2.0","id":${id},"result":${JSON.stringify(text)}}`).join()}]`
        if (byteLength(whole) <= more) expect(replies.every(({ error }) => error === undefined)).toBe(true)
      },
    ),
  )
})

test("a message of our own that is too long is not sent, whatever it is", async () => {
  const { world, clock, near, server } = pair()
  const client = new Connection(near, { clock, limits: { maxSendBytes: 200 } })
  const long = ["x".repeat(200)]
  const refused = { name: "MessageTooLongError", code: "too-long", sent: "no" }
  await expect(client.request("x", long)).rejects.toMatchObject(refused)
  await expect(client.notify("x", long)).rejects.toMatchObject(refused)
  await expect(client.notify("x", long)).rejects.toBeInstanceOf(MessageTooLongError)
  // Who does not look at it is not struck by it.
  void client.notify("x", long)
  const call = { method: "x", params: [1] }
  await expect(client.batch([call, call, call, call])).rejects.toMatchObject(refused)
  // Nobody waits for what was not sent, so that a finish ends at once.
  expect(await world.runUntil(client.request("x", [3]))).toBe("xxx")
  const before = clock.monotonic()
  await world.runUntil(client.finish())
  expect(clock.monotonic() - before).toBeLessThan(1000)
  expect(server.counters).toEqual(newCounters())
})

test("an item that is too long is not sent, and the subscription goes on", async () => {
  const { world, near } = pair({
    limits: { maxSendBytes: 300 },
    handler: (request) => {
      const sink = request.accept()
      expect(() => sink.trySend("x".repeat(300))).toThrow(MessageTooLongError)
      expect(sink.trySend("short")).toBe(true)
      sink.close(new ApplicationError(7, "failed", "x".repeat(300)))
    },
  })
  const peer = new RawPeer(near)
  peer.send({ jsonrpc: "2.0", id: 1, method: "ticks" })
  await world.runUntilIdle()
  const [, item, end] = peer.take()
  expect(item).toMatchObject({ params: { item: "short" } })
  expect(end).toMatchObject({ method: "rpc.end", params: { error: tooLong } })
})

test("whether a text is longer than so many bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("x", "é", "€", "😀", "\ud800") }), fc.nat(40), (text, maxBytes) => {
      expect(isLongerThan(maxBytes, text)).toBe(new TextEncoder().encode(text).length > maxBytes)
    }),
  )
})
