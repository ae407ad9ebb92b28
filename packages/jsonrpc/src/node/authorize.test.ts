import { request as httpRequest } from "node:http"
import { logTo, type LogFields } from "@dchat/runtime"
import { nodeRuntime } from "@dchat/runtime/node"
import { expect, test } from "vitest"
import { WebSocket } from "ws"
import {
  connect,
  contextKey,
  contract,
  fetchHandler,
  method,
  nullable,
  router,
  serve,
  string,
  withMiddleware,
  type AccessRequest,
  type Authorize,
} from "./index.ts"

const USER = contextKey<string>("user")
const who = contract({ whoAmI: method({ result: string }), admin: method({ result: nullable(string) }) })
const handler = () =>
  router(who, { whoAmI: (_, request) => USER.get(request), admin: (_, request) => USER.get(request) })

/** One rule for every door: a token in a header or in the query, looked up somewhere that takes its time. */
const authorize: Authorize = async (access) => {
  const token = access.headers.get("authorization") ?? new URL(access.url).searchParams.get("token")
  await Promise.resolve()
  if (token === "fail") throw new Error("the directory is down")
  if (token === "Mallory") return { status: 403, reason: "banned" }
  if (token === null) return false
  USER.set(access, token)
  return true
}

const body = '{"jsonrpc":"2.0","id":1,"method":"whoAmI"}'

interface Answer {
  readonly status: number
  readonly challenge: string | null | undefined
  readonly text: string
}

/** Asks in, with a token or without one. Gives what came back. */
type Door = (token?: string) => Promise<Answer>

async function withDoors(
  use: (doors: Readonly<Record<string, Door>>, seen: AccessRequest[], log: LogFields[]) => Promise<void>,
) {
  const seen: AccessRequest[] = []
  const warnings: LogFields[] = []
  const log = logTo({ accepts: (level) => level === "warn", write: ({ fields }) => void warnings.push(fields) })
  const see: Authorize = (access) => {
    seen.push(access)
    return authorize(access)
  }
  const runtime = { ...nodeRuntime(), log }
  await using server = await serve(handler(), {
    listen: ["http://127.0.0.1:0/rpc", "ws://127.0.0.1:0/rpc"],
    http: { authorize: see },
    websocket: { authorize: see },
    runtime,
  })
  const [http, ws = ""] = server.addresses
  const mounted = fetchHandler(handler(), { authorize: see, log, remoteOf: () => "http://127.0.0.1:9" })
  const authorization = (token: string | undefined) => (token === undefined ? {} : { authorization: token })
  const json = { "content-type": "application/json" }
  await use(
    {
      http: (token) => post(http, { ...json, ...authorization(token) }),
      ws: (token) => upgrade(ws, authorization(token)),
      fetch: async (token) => {
        const headers = { ...json, ...authorization(token) }
        const response = await mounted(new Request("http://127.0.0.1/rpc", { method: "POST", headers, body }))
        return {
          status: response.status,
          challenge: response.headers.get("www-authenticate"),
          text: await response.text(),
        }
      },
    },
    seen,
    warnings,
  )
}

function post(url: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: "POST", agent: false, headers }, (response) => {
      let text = ""
      response.on("data", (chunk: Buffer) => (text += chunk.toString()))
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, challenge: response.headers["www-authenticate"], text }),
      )
    })
    request.on("error", reject)
    request.end(body)
  })
}

/** Opens a WebSocket and makes the call. An accepted one counts as 200. */
function upgrade(url: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers })
    socket.on("open", () => socket.send(body))
    socket.on("message", (data: Buffer) => {
      socket.terminate()
      resolve({ status: 200, challenge: null, text: data.toString() })
    })
    socket.on("unexpected-response", (_request, response) => {
      let text = ""
      response.on("data", (chunk: Buffer) => (text += chunk.toString()))
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, challenge: response.headers["www-authenticate"], text }),
      )
    })
    socket.on("error", reject)
  })
}

test("one hook serves HTTP, WebSocket and fetch alike: who is let in is known to the handlers", async () => {
  await withDoors(async (doors, seen) => {
    for (const [name, door] of Object.entries(doors)) {
      const answer = await door("Daisy")
      expect([name, answer.status, JSON.parse(answer.text)]).toEqual([
        name,
        200,
        { jsonrpc: "2.0", id: 1, result: "Daisy" },
      ])
    }
    expect(
      seen.map(({ method, url, remote }) => [method, url.replace(/:\d+/, ""), remote.replace(/:\d+$/, "")]),
    ).toEqual([
      ["POST", "http://127.0.0.1/rpc", "http://127.0.0.1"],
      ["GET", "ws://127.0.0.1/rpc", "ws://127.0.0.1"],
      ["POST", "http://127.0.0.1/rpc", "http://127.0.0.1"],
    ])
  })
})

test("it refuses with 401 or 403 and a reason; one that fails lets nobody in, and the log says so", async () => {
  await withDoors(async (doors, _, warnings) => {
    for (const [name, door] of Object.entries(doors)) {
      expect([name, await door()]).toEqual([name, { status: 401, challenge: "Bearer", text: "not authorized\n" }])
      const banned = await door("Mallory")
      expect([name, banned.status, banned.text, banned.challenge ?? null]).toEqual([name, 403, "banned\n", null])
      expect([name, (await door("fail")).status]).toEqual([name, 401])
    }
    expect(warnings.map(({ error }) => String(error))).toEqual(Array(3).fill("Error: the directory is down"))
  })
})

test("a page's token comes in the query of a WebSocket, and is there for every call; middleware may say otherwise", async () => {
  const promoted = withMiddleware(handler(), ({ method, request }, next) => {
    if (method === "admin") USER.set(request, `${USER.get(request)}, promoted`)
    return next()
  })
  await using server = await serve(promoted, { listen: ["ws://127.0.0.1:0"], websocket: { authorize } })
  await using api = await connect(`${server.addresses[0]}/?token=Daisy`, who)
  expect([await api.whoAmI(), await api.admin(), await api.whoAmI()]).toEqual(["Daisy", "Daisy, promoted", "Daisy"])
})

test("a key that nobody has set says so", async () => {
  await expect(handler().execute("whoAmI")).rejects.toMatchObject({ code: -32603 })
})
