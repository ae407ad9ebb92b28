import { virtualWorld, type VirtualWorld } from "@dchat/runtime/virtual"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { Connection } from "../connection/connection.ts"
import type { IncomingRequest } from "../connection/incoming-request.ts"
import { contract } from "../contract/contract.ts"
import { method } from "../contract/definition.ts"
import { string } from "../contract/schema.ts"
import type { SubscriptionSink } from "../subscription/sink.ts"
import { faultyPair } from "../testing/index.ts"
import { AddressError } from "../transport/address.ts"
import { memoryPair } from "../transport/memory.ts"
import { mayTurn, type LinkState } from "./link-state.ts"
import { client } from "./make-client.ts"
import { reconnecting, type ReconnectOptions } from "./reconnecting.ts"

/** A server that can be down, and whose connections can be cut. */
class Scene {
  readonly world: VirtualWorld = virtualWorld()
  readonly host = this.world.host({ name: "here" })
  readonly ran: string[] = []
  readonly sinks: SubscriptionSink[] = []
  readonly servers: Connection[] = []
  isUp = true
  attempts = 0

  peer(options: ReconnectOptions = {}) {
    const { clock, random } = this.host
    return reconnecting(async () => this.open(), { clock, random, ...options })
  }

  open(): Connection {
    this.attempts++
    if (!this.isUp) throw new Error("nobody there")
    const { clock } = this.host
    const [near, far] = memoryPair({ clock })
    const handler = (request: IncomingRequest): unknown => {
      this.ran.push(request.method)
      if (request.method === "slow") return new Promise((resolve) => void clock.setTimer(1000, () => resolve("slow")))
      if (request.method === "ticks") return void this.sinks.push(request.accept())
      return request.method
    }
    this.servers.push(new Connection(far, { clock, role: "server", handler }))
    return new Connection(near, { clock })
  }

  cut(): Promise<void> {
    return this.world.runUntil(this.servers.at(-1)?.close() ?? Promise.resolve())
  }
}

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error)

test("a typed client goes on when its connection was lost", async () => {
  const scene = new Scene()
  const api = client(scene.peer(), contract({ hello: method({ result: string }) }))
  expect(await scene.world.runUntil(api.hello())).toBe("hello")
  await scene.cut()
  expect(await scene.world.runUntil(api.hello())).toBe("hello")
  expect(scene.servers).toHaveLength(2)
  await scene.world.runUntil(api.close())
})

test("attempts are further and further apart, with jitter, and what happens can be watched", async () => {
  const scene = new Scene()
  scene.isUp = false
  const peer = scene.peer({ baseMs: 100, maxMs: 1000 })
  const delays: number[] = []
  const kinds: string[] = []
  void (async () => {
    for await (const link of peer.watch()) {
      kinds.push(link.kind)
      if (link.kind === "waiting") delays.push(link.delayMs)
    }
  })()
  await scene.world.advance(20_000)
  delays.forEach((delay, index) => expect(delay).toBeLessThanOrEqual(Math.min(1000, 100 * 2 ** index)))
  expect(new Set(delays).size).toBe(delays.length)
  expect(scene.attempts).toBeGreaterThan(15)
  scene.isUp = true
  expect(await scene.world.runUntil(peer.request("hello"))).toBe("hello")
  await scene.world.runUntil(peer.close())
  await scene.world.advance(1)
  expect(kinds.slice(-3)).toEqual(["connecting", "connected", "closed"])
  expect(scene.world.pendingEvents).toBe(0)
})

test("only what is marked idempotent is made again", async () => {
  const scene = new Scene()
  const peer = scene.peer()
  const once = failure(peer.request("slow"))
  const again = peer.request("slow", undefined, { idempotent: true })
  await scene.world.advance(500)
  await scene.cut()
  expect(await once).toMatchObject({ code: "closed", sent: "maybe" })
  expect(await scene.world.runUntil(again)).toBe("slow")
  expect(scene.ran).toEqual(["slow", "slow", "slow"])
  await scene.world.runUntil(peer.close())
})

test("a call that has failed is never sent later", async () => {
  const scene = new Scene()
  scene.isUp = false
  const peer = scene.peer({ maxWaiting: 2 })
  const controller = new AbortController()
  const late = failure(peer.request("late", undefined, { timeoutMs: 1000 }))
  const cancelled = failure(peer.request("cancelled", undefined, { signal: controller.signal }))
  expect(await failure(peer.request("one too many"))).toMatchObject({ code: "closed", sent: "no" })
  expect(await failure(peer.notify("note"))).toMatchObject({ code: "closed", sent: "no" })
  controller.abort()
  expect(await cancelled).toMatchObject({ code: "cancelled", sent: "no" })
  expect(await scene.world.runUntil(late)).toMatchObject({ code: "timeout", sent: "no" })
  scene.isUp = true
  expect(await scene.world.runUntil(peer.request("hello"))).toBe("hello")
  await scene.world.advance(1000)
  expect(scene.ran).toEqual(["hello"])
  await scene.world.runUntil(peer.close())
})

test("subscriptions are made again, and end with the peer or by themselves", async () => {
  const scene = new Scene()
  const peer = scene.peer()
  const items: unknown[] = []
  const loop = (async () => {
    for await (const item of peer.subscribe("ticks")) items.push(item)
  })()
  await scene.world.advance(1)
  scene.sinks[0]?.trySend(1)
  await scene.world.advance(1)
  await scene.cut()
  await scene.world.advance(5000)
  scene.sinks[1]?.trySend(2)
  scene.sinks[1]?.close()
  await scene.world.runUntil(loop)
  expect(items).toEqual([1, 2])

  const left = peer.subscribe("ticks")
  await scene.world.runUntil(left.accepted)
  await left.return()
  await scene.world.advance(1)
  expect(scene.sinks[2]?.isClosed).toBe(true)
  const other = peer.subscribe("ticks")
  await scene.world.runUntil(peer.close())
  await expect(other.next()).rejects.toMatchObject({ code: "closed" })
  expect(await failure(peer.request("hello"))).toMatchObject({ code: "closed", sent: "no" })
})

test("subscriptions are made again when a server has stopped in good order", async () => {
  const scene = new Scene()
  const peer = scene.peer()
  const items: unknown[] = []
  const loop = (async () => {
    for await (const item of peer.subscribe("ticks")) items.push(item)
  })()
  await scene.world.advance(1)
  scene.sinks[0]?.trySend(1)
  await scene.world.runUntil(scene.servers.at(-1)?.finish() ?? Promise.resolve())
  await scene.world.advance(5000)
  expect(scene.servers).toHaveLength(2)
  scene.sinks[1]?.trySend(2)
  scene.sinks[1]?.close()
  await scene.world.runUntil(loop)
  expect(items).toEqual([1, 2])
  await scene.world.runUntil(peer.close())
})

test("a loop that reads nothing keeps what came over two connections, not over all", async () => {
  const scene = new Scene()
  const peer = scene.peer()
  const subscription = peer.subscribe("ticks")
  for (let n = 0; n < 5; n++) {
    await scene.world.advance(5000)
    scene.sinks[n]?.trySend(n)
    await scene.world.advance(1)
    await scene.cut()
  }
  expect([subscription.size, subscription.dropped]).toEqual([2, 3])
  expect([(await subscription.next()).value, (await subscription.next()).value]).toEqual([3, 4])
  await scene.world.runUntil(peer.close())
})

test("each connection is made ready before anybody uses it, and an address that cannot be right is not tried again", async () => {
  const scene = new Scene()
  const peer = scene.peer({ onConnected: async (connection) => void (await connection.request("login")) })
  await scene.world.runUntil(peer.request("hello"))
  expect(scene.ran).toEqual(["login", "hello"])
  await scene.world.runUntil(peer.close())

  const hopeless = reconnecting(() => Promise.reject(new AddressError("nonsense")), { clock: scene.host.clock })
  expect(await scene.world.runUntil(hopeless.closed)).toBeInstanceOf(AddressError)
  scene.isUp = false
  expect(await scene.world.runUntil(scene.peer({ maxAttempts: 3 }).closed)).toMatchObject({ message: "nobody there" })
})

test("over a line that breaks again and again, what is idempotent is answered in the end, and subscriptions go on", async () => {
  const world = virtualWorld()
  const { clock, random } = world.host({ name: "here" })
  let seed = 0
  const open = async (): Promise<Connection> => {
    const [near, far] = faultyPair({ seed: ++seed, clock, there: { delayMs: [1, 5] }, back: { closeAfter: 6 } })
    const handler = (request: IncomingRequest): unknown => {
      if (request.method !== "ticks") return request.method
      const sink = request.accept()
      void clock.setTimer(10, () => sink.trySend(seed))
      return undefined
    }
    void new Connection(far, { clock, role: "server", handler })
    return new Connection(near, { clock })
  }
  const peer = reconnecting(open, { clock, random })
  const items: unknown[] = []
  const loop = (async () => {
    for await (const item of peer.subscribe("ticks")) items.push(item)
  })()
  const end = failure(loop)
  const names = Array.from({ length: 30 }, (_, n) => `m${n}`)
  const answers = names.map((name) => peer.request(name, undefined, { idempotent: true, timeoutMs: Infinity }))
  expect(await world.runUntil(Promise.all(answers))).toEqual(names)
  await world.advance(1000)
  expect(items.length).toBeGreaterThan(0)
  expect(seed).toBeGreaterThan(3)
  await world.runUntil(peer.close())
  expect(await end).toMatchObject({ code: "closed" })
})

test("whatever happens, the link only makes the moves of its table, and every call settles", async () => {
  const step = fc.constantFrom("call", "idempotent", "cut", "down", "up", "wait")
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const scene = new Scene()
      const peer = scene.peer({ timeoutMs: 5000 })
      const seen: LinkState["kind"][] = ["connecting"]
      const watching = (async () => {
        for await (const { kind } of peer.watch()) seen.push(kind)
      })()
      const calls: Promise<unknown>[] = []
      for (const each of steps) {
        if (each === "call" || each === "idempotent") {
          calls.push(failure(peer.request("slow", undefined, { idempotent: each === "idempotent" })))
        } else if (each === "cut") await scene.cut()
        else if (each === "wait") await scene.world.advance(300)
        else scene.isUp = each === "up"
      }
      await scene.world.runUntil(Promise.all(calls))
      await scene.world.runUntil(peer.close())
      await scene.world.runUntil(watching)
      seen.slice(1).forEach((kind, index) => expect(mayTurn(seen[index] ?? "closed", kind)).toBe(true))
      expect(seen.at(-1)).toBe("closed")
    }),
    { numRuns: 50 },
  )
})
