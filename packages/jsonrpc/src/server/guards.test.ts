import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { Connection } from "../connection/connection.ts"
import type { ConnectionOptions } from "../connection/options.ts"
import type { Peer } from "../connection/peer.ts"
import type { IncomingRequest } from "../connection/incoming-request.ts"
import { contract } from "../contract/contract.ts"
import { method, notification } from "../contract/definition.ts"
import { number, string } from "../contract/schema.ts"
import { subscription } from "../contract/subscription.ts"
import type { Dialect } from "../dialect/dialect.ts"
import { lspDialect } from "../dialect/lsp.ts"
import { memoryPair } from "../transport/memory.ts"
import { authorize, concurrencyLimit, metrics, rateLimit, timeLimit, trace, type CallReport } from "./guards.ts"
import { contextKey } from "./context.ts"
import { withMiddleware, type Middleware } from "./middleware.ts"
import { router } from "./router.ts"

const api = contract({
  echo: method({ params: [["text", string]], result: string }),
  wait: method({ params: [["ms", number]], result: string }),
  note: notification({ params: [["text", string]] }),
  ticks: subscription({ item: number }),
})

const user = contextKey<string>("user")

/** A client of a server behind middleware. The world's clock is in the scene. */
function scene(make: (clock: ReturnType<ReturnType<typeof virtualWorld>["host"]>["clock"]) => Middleware[]) {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const signals: AbortSignal[] = []
  const handler = router(api, {
    echo: ([text]) => text,
    wait: ([ms], request) => {
      signals.push(request.signal)
      return new Promise((resolve) => void clock.setTimer(ms, () => resolve("waited")))
    },
    note: () => {},
    async *ticks() {
      yield 1
      await new Promise<void>((resolve) => void clock.setTimer(1000, resolve))
    },
  })
  const guarded = withMiddleware(handler, ...make(clock))
  const connect = (): Connection => {
    const [near, far] = memoryPair({ clock })
    void new Connection(far, { clock, role: "server", handler: guarded.handle })
    return new Connection(near, { clock })
  }
  return { world, clock, signals, connect, client: connect() }
}

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error)

test("middleware sees requests, notifications, subscriptions and each entry of a batch, outermost first", async () => {
  const seen: string[] = []
  const { world, client } = scene(() => [
    (call, next) => {
      seen.push(`${call.kind} ${call.method}`)
      return next()
    },
    (_, next) => {
      seen.push("inner")
      return next()
    },
  ])
  await world.runUntil(client.request("echo", ["a"]))
  await client.notify("note", ["b"])
  await world.runUntil(client.subscribe("ticks").next())
  await world.runUntil(
    client.batch([
      { method: "echo", params: ["c"] },
      { method: "note", isNotification: true },
    ]),
  )
  expect(seen.filter((each) => each !== "inner")).toEqual([
    "request echo",
    "notification note",
    "subscription ticks",
    "request echo",
    "notification note",
  ])
  expect(seen[1]).toBe("inner")
})

test("middleware may answer itself, change the answer, and tell handlers what it knows", async () => {
  const told: string[] = []
  const { world, client } = scene(() => [
    async (call, next) => {
      user.set(call.request, "daisy")
      if (call.method === "nobody") return "answered"
      return `<${String(await next())}>`
    },
    ({ request }, next) => {
      told.push(user.get(request))
      return next()
    },
  ])
  expect(await world.runUntil(client.request("nobody"))).toBe("answered")
  expect(await world.runUntil(client.request("echo", ["a"]))).toBe("<a>")
  expect(told).toEqual(["daisy"])
  expect(() =>
    contextKey<number>("age").get({ method: "echo", connection: client as Peer } as IncomingRequest),
  ).toThrow("nobody has set age")
})

test("a rate is a connection's own, says when to try again, and holds for batch entries", async () => {
  const { world, client, connect } = scene((clock) => [rateLimit({ perSecond: 10, burst: 2, clock })])
  const outcomes = await world.runUntil(
    client.batch(["a", "b", "c"].map((text) => ({ method: "echo", params: [text] }))),
  )
  expect(outcomes).toMatchObject([
    { ok: true },
    { ok: true },
    { ok: false, error: { code: -32005, data: { retryAfterMs: 100 } } },
  ])
  expect(await world.runUntil(connect().request("echo", ["other"]))).toBe("other")
  await world.advance(100)
  expect(await world.runUntil(client.request("echo", ["d"]))).toBe("d")
  expect(() => rateLimit({ perSecond: 0 })).toThrow(RangeError)
})

test("a method that takes too long is answered in its place, and its signal aborts", async () => {
  const { world, client, signals } = scene((clock) => [timeLimit({ methods: { wait: 100 }, clock })])
  const late = failure(client.request("wait", [500]))
  expect(await world.runUntil(client.request("wait", [50]))).toBe("waited")
  expect(await world.runUntil(late)).toMatchObject({ code: -32002 })
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
})

test("a time limit leaves subscriptions alone", async () => {
  const { world, client } = scene((clock) => [timeLimit({ others: 10, clock })])
  const items: unknown[] = []
  const loop = (async () => {
    for await (const item of client.subscribe("ticks")) items.push(item)
  })()
  await world.runUntil(loop)
  expect(items).toEqual([1])
})

test("so many calls of a method at once, over all connections, and more when one is over", async () => {
  const { world, client, connect } = scene(() => [concurrencyLimit({ methods: { wait: 2 } })])
  const other = connect()
  const two = Promise.all([client.request("wait", [100]), other.request("wait", [100])])
  await world.advance(1)
  expect(await world.runUntil(failure(client.request("wait", [1])))).toMatchObject({ code: -32005 })
  expect(await world.runUntil(client.request("echo", ["free"]))).toBe("free")
  await world.runUntil(two)
  expect(await world.runUntil(client.request("wait", [1]))).toBe("waited")
})

test("who is not allowed is told so, whether the check takes its time or not", async () => {
  const { world, client } = scene(() => [
    authorize(({ method }) => method !== "wait"),
    authorize(async ({ request }) => (request.params as string[])[0] !== "b"),
  ])
  expect(await world.runUntil(failure(client.request("wait", [1])))).toMatchObject({ code: -32001 })
  expect(await world.runUntil(failure(client.request("echo", ["b"])))).toMatchObject({ code: -32001 })
  expect(await world.runUntil(client.request("echo", ["a"]))).toBe("a")
})

test("metrics say what was called, how long it took and how it ended; spans begin and end", async () => {
  const reports: CallReport[] = []
  const spans: string[] = []
  const { world, client } = scene((clock) => [
    metrics((report) => void reports.push(report), { clock }),
    trace(({ method }) => {
      spans.push(`begin ${method}`)
      return (failure) => void spans.push(failure === undefined ? `end ${method}` : `fail ${method}`)
    }),
  ])
  await world.runUntil(client.request("wait", [50]))
  await world.runUntil(failure(client.request("echo", [1])))
  expect(reports).toMatchObject([
    { call: { method: "wait", kind: "request" }, ms: 50 },
    { call: { method: "echo" }, error: { code: -32602 } },
  ])
  expect(reports[0]).not.toHaveProperty("error")
  expect(spans).toEqual(["begin wait", "end wait", "begin echo", "fail echo"])
})

/** As the Model Context Protocol does it, and a deadline beside it. */
const noting: Dialect = {
  name: "noting",
  progress: {
    ask: (params, progressToken) => ({
      ...(params as object | undefined),
      _meta: { ...metaOf(params), progressToken },
    }),
    tokenOf: (params) => metaOf(params).progressToken,
    progress: (progressToken, progress) => ({
      kind: "notification",
      method: "notifications/progress",
      params: { progressToken, progress },
    }),
    readProgress(method, params) {
      const { progressToken, progress } = (params ?? {}) as { progressToken: number; progress: unknown }
      return method === "notifications/progress" ? { token: progressToken, value: progress } : undefined
    },
  },
  deadline: {
    tell: (params, timeoutMs) => ({ ...(params as object | undefined), _meta: { ...metaOf(params), timeoutMs } }),
    read: (params) => metaOf(params).timeoutMs,
  },
}

function metaOf(params: unknown): { progressToken?: number; timeoutMs?: number } {
  return (params as { _meta?: object } | undefined)?._meta ?? {}
}

test("a caller hears of progress when it asks, and the handler learns how long the caller waits", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const limited = timeLimit({ clock })
  const waits: unknown[] = []
  const handler = (request: IncomingRequest): unknown =>
    limited({ kind: "request", method: request.method, request }, async () => {
      waits.push(request.timeoutMs)
      await request.progress("half")
      await new Promise<void>((resolve) => void clock.setTimer(100, resolve))
      await request.progress("nearly")
      return "done"
    })
  const talk = (dialect: ConnectionOptions) => {
    const [near, far] = memoryPair({ clock })
    void new Connection(far, { clock, handler, ...dialect })
    return new Connection(near, { clock, timeoutMs: 1000, ...dialect })
  }
  const heard: unknown[] = []
  const onProgress = (value: unknown): void => {
    heard.push(value)
    throw new Error("not ready for news")
  }
  const client = talk({ dialect: noting })
  expect(await world.runUntil(client.request("work", { a: 1 }, { onProgress }))).toBe("done")
  expect(heard).toEqual(["half", "nearly"])
  await world.runUntil(client.request("work", undefined, { timeoutMs: 300 }))
  expect(await world.runUntil(failure(client.request("work", {}, { timeoutMs: 50 })))).toMatchObject({
    code: "timeout",
  })
  expect(await world.runUntil(talk({}).request("work", {}, { onProgress }))).toBe("done")
  expect(heard).toHaveLength(2)
  expect(waits).toEqual([1000, 300, 50, undefined])
})

test("a caller's signal reaches the handler when the dialect has a word for it, and so does a timeout", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const reasons: unknown[] = []
  const handler = ({ signal }: IncomingRequest): Promise<unknown> =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        reasons.push(signal.reason)
        reject(signal.reason as Error)
      })
    })
  const talk = (options: ConnectionOptions) => {
    const [near, far] = memoryPair({ clock })
    const server = new Connection(far, { clock, handler, ...options })
    return { server, client: new Connection(near, { clock, timeoutMs: 1000, ...options }) }
  }
  const { client, server } = talk({ dialect: lspDialect })
  const controller = new AbortController()
  const call = failure(client.request("long", [], { signal: controller.signal }))
  await world.advance(1)
  controller.abort()
  expect(await call).toMatchObject({ code: "cancelled" })
  await world.advance(1)
  expect(await world.runUntil(failure(client.request("long")))).toMatchObject({ code: "timeout" })
  await world.advance(1)
  expect(reasons).toMatchObject([{ code: -32003 }, { code: -32003 }])
  expect(server.inFlight).toBe(0)

  const plain = talk({})
  await world.runUntil(failure(plain.client.request("long")))
  await world.advance(1)
  expect([reasons.length, plain.server.inFlight]).toEqual([2, 1])
})
