import { nodeRuntime } from "@dchat/runtime/node"
import { expect, test } from "vitest"
import { tryClient, type ClientScene } from "./client/run.ts"
import { CLIENT_VECTORS } from "./client/vectors.ts"
import { count } from "./report.ts"
import { tryServer } from "./server/run.ts"
import { SERVER_VECTORS } from "./server/vectors.ts"
import type { Verdict } from "./vector.ts"
import type { Wire, WireReader } from "./wire.ts"

const options = { clock: nodeRuntime().clock, timeoutMs: 50, quietMs: 5 }

interface Request {
  readonly jsonrpc?: string
  readonly id?: unknown
  readonly method?: string
}

/** A server that answers each text with what a function makes of it. */
function serverOf(answer: (request: Request) => unknown): () => Promise<Wire> {
  return async () => {
    let reader: WireReader | undefined
    return {
      readInto: (given) => void (reader = given),
      send: (text) => {
        let reply: unknown
        try {
          reply = answer(JSON.parse(text) as Request)
        } catch {
          reply = { jsonrpc: "2.0", id: null, error: { code: -32700, message: "Parse error" } }
        }
        if (reply !== undefined) reader?.text(JSON.stringify(reply))
      },
      close: async () => {},
    }
  }
}

const nothing = ({ id }: Request) => ({ jsonrpc: "2.0", id, result: null })
const failed = (verdicts: readonly Verdict[]): string[] =>
  verdicts.filter(({ status }) => status === "failed").map(({ vector }) => vector.name)
const named = (...names: string[]) => SERVER_VECTORS.filter(({ name }) => names.includes(name))

test("a server that answers notifications is found out", async () => {
  const vectors = named("a notification", "a result of null")
  expect(vectors).toHaveLength(2)
  expect(failed(await tryServer(vectors, serverOf(nothing), options))).toEqual(["a notification"])
})

test("a server that takes the id 0 for none is found out", async () => {
  const truthy = serverOf((request) =>
    request.method === "get_data" ? { jsonrpc: "2.0", id: request.id || null, result: ["hello", 5] } : nothing(request),
  )
  const vectors = named("the id 0", "an empty string as id", "a negative id")
  expect(failed(await tryServer(vectors, truthy, options))).toEqual(["the id 0", "an empty string as id"])
})

test("a server that falls silent after a bad message is found out", async () => {
  const silent = async (): Promise<Wire> => {
    const wire = await serverOf(nothing)()
    let status: "well" | "dead" = "well"
    return {
      ...wire,
      send: (text) => {
        if (status === "well") wire.send(text)
        if (text === "") status = "dead"
      },
    }
  }
  const [verdict] = await tryServer(named("nothing"), silent, options)
  expect(verdict).toMatchObject({ status: "failed", why: "the next request on the connection was not answered" })
})

test("a server that tells what went wrong inside is found out", async () => {
  const chatty = serverOf((request) =>
    request.method === "fail"
      ? { jsonrpc: "2.0", id: request.id, error: { code: -32603, message: "the password is swordfish" } }
      : nothing(request),
  )
  const [verdict] = await tryServer(named("a handler that fails"), chatty, options)
  expect(verdict).toMatchObject({ status: "failed", why: "swordfish must stay with the server" })
})

/** A client that sends requests with ids from 1, and whose calls end when a function says so. */
function clientOf(settle: (text: string, resolve: (value: unknown) => void) => void, firstId = 1) {
  return async (): Promise<ClientScene> => {
    let reader: WireReader | undefined
    const waiting: ((value: unknown) => void)[] = []
    let id = firstId
    return {
      client: {
        request: (method, params) =>
          new Promise((resolve) => {
            waiting.push(resolve)
            reader?.text(JSON.stringify({ jsonrpc: "2.0", id: id++, method, params }))
          }),
        notify: (method, params) => reader?.text(JSON.stringify({ jsonrpc: "2.0", method, params, id: null })),
        close: () => {},
      },
      wire: {
        readInto: (given) => {
          reader = given
        },
        send: (text) => settle(text, (value) => waiting.shift()?.(value)),
        close: async () => {},
      },
    }
  }
}

const result = (text: string): unknown => (JSON.parse(text) as { result: unknown }).result
const clientVectors = (...names: string[]) => CLIENT_VECTORS.filter(({ name }) => names.includes(name))

test("a client that leaves calls waiting when the connection closes is found out", async () => {
  const open = clientOf((text, resolve) => resolve(result(text)))
  const verdicts = await tryClient(clientVectors("a result", "the connection closes while a call waits"), open, options)
  expect(verdicts.map(({ status, why }) => [status, why])).toEqual([
    ["passed", undefined],
    ["failed", "a call waits for ever"],
  ])
})

test("a client that gives answers to the wrong calls is found out", async () => {
  const open = clientOf((text, resolve) => resolve(result(text)))
  expect(failed(await tryClient(clientVectors("answers in another order"), open, options))).toHaveLength(1)
})

test("a client that gives a notification an id is found out, and one without batches is not judged by them", async () => {
  const open = clientOf((text, resolve) => resolve(result(text)))
  const verdicts = await tryClient(clientVectors("a notification", "a batch"), open, options)
  expect(verdicts.map(({ status }) => status)).toEqual(["failed", "skipped"])
  expect(count(verdicts)).toEqual({ standard: { passed: 0, tried: 1 }, policy: { passed: 0, tried: 0 } })
})

test("every vector has a name of its own and a section", () => {
  for (const vectors of [SERVER_VECTORS, CLIENT_VECTORS]) {
    expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length)
    for (const { section } of vectors) expect(section).toMatch(/^[4-8](\.\d)?$/)
  }
})
