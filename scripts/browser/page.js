// What runs in the page: every check is a name and a function that throws when something is wrong.
import { client, connect, Connection, fetchTransport, memoryPair, messagePortTransport } from "@dchat/jsonrpc/browser"
import { browserClock, browserRandom } from "@dchat/runtime/browser"
import { Queue, sleep, TaskGroup, timeout } from "@dchat/task"
import { decode, encode, string, struct, u16, vec } from "@dchat/wire"
import { api } from "./contract.js"

/** @param {unknown} actual @param {unknown} expected */
function same(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`expected ${b}, got ${a}`)
}

/** @param {import("@dchat/jsonrpc").Params | undefined} params */
function first(params) {
  return /** @type {[string]} */ (params)[0]
}

/** @returns {any} */
function asIs(/** @type {unknown} */ error) {
  return error
}

/** @param {Connection} connection */
async function converse(connection) {
  const calls = Array.from({ length: 500 }, (_, n) => connection.request("add", [n, 1]))
  same(
    await Promise.all(calls),
    calls.map((_, n) => n + 1),
  )
  const big = "é🙂".repeat(100_000)
  same(await connection.request("echo", [big]), [big])
}

/**
 * Where servers of other origins are.
 *
 * @typedef {object} Servers
 * @property {string} websocket
 * @property {string} http Lets pages of this computer in.
 * @property {string} unfriendly Lets other pages in, over HTTP.
 */

/** @type {Record<string, (servers: Servers) => Promise<void>>} */
const checks = {
  async "jsonrpc: a client over WebSocket"({ websocket }) {
    const client = await connect(websocket, api, {
      connection: Connection,
      handler: ({ params }) => `back ${first(params)}`,
    })
    const sums = Array.from({ length: 1000 }, (_, n) => client.add(n, 1))
    same(
      await Promise.all(sums),
      sums.map((_, n) => n + 1),
    )
    const big = "é🙂".repeat(200_000)
    same(await client.echo(big), big)
    same(await client.callBack(3), ["back 0", "back 1", "back 2"])
    const [good, bad] = await client.$batch((batch) => [batch.add(1, 2), batch.$call("nothing", [])])
    same([good, bad.ok ? undefined : bad.error.code], [{ ok: true, value: 3 }, -32601])
    await client.close()
    const late = await client.add(1, 2).catch(asIs)
    same([late.code, late.sent], ["closed", "no"])
  },
  async "jsonrpc: a WebSocket in binary frames"({ websocket }) {
    const client = await connect(websocket, api, { websocket: { frames: "binary" } })
    same(await client.echo("🙂"), "🙂")
    await client.close()
  },
  async "jsonrpc: a server that is not there"() {
    const failure = await connect("ws://127.0.0.1:1", api).catch(asIs)
    same(failure.code, "connect")
    const unknown = await connect("tcp://127.0.0.1:1", api).catch(asIs)
    same(unknown.code, "bad-address")
  },
  async "jsonrpc: HTTP, by fetch"() {
    const overHttp = client(new Connection(fetchTransport("/rpc")), api)
    same(await Promise.all([overHttp.add(1, 2), overHttp.add(3, 4), overHttp.echo("🙂")]), [3, 7, "🙂"])
    /** @type {any} */
    const failure = await overHttp.$call("nothing").catch(asIs)
    same(failure.code, -32601)
    await overHttp.close()
    const nowhere = new Connection(fetchTransport("/nowhere"))
    /** @type {any} */
    const lost = await nowhere.request("add", [1, 2]).catch(asIs)
    same([lost.code, lost.sent], ["delivery", "maybe"])
    await nowhere.close()
    const moved = new Connection(fetchTransport("/moved"))
    /** @type {any} */
    const redirected = await moved.request("add", [1, 2]).catch(asIs)
    same(redirected.message, "the call was not answered: /moved sends on to another address; use that one")
    await moved.close()
  },
  async "jsonrpc: HTTP to a server of another origin, with a token, which the browser asks it about first"({ http }) {
    const headers = { authorization: "Bearer x" }
    const elsewhere = client(new Connection(fetchTransport(http, { headers })), api)
    same(await Promise.all([elsewhere.add(1, 2), elsewhere.echo("🙂")]), [3, "🙂"])
    await elsewhere.close()
  },
  async "jsonrpc: HTTP to a server that lets in others only"({ unfriendly }) {
    const connection = new Connection(fetchTransport(unfriendly))
    /** @type {any} */
    const refused = await connection.request("add", [1, 2]).catch(asIs)
    same(refused.code, "delivery")
    await connection.close()
  },
  async "jsonrpc: a worker"() {
    const connection = new Connection(messagePortTransport(new Worker("worker.js", { type: "module" })))
    await converse(connection)
    await connection.close()
  },
  async "jsonrpc: a MessagePort, with back-pressure"() {
    const { port1, port2 } = new MessageChannel()
    const connection = new Connection(messagePortTransport(port1))
    /** @param {import("@dchat/jsonrpc").IncomingRequest} request */
    const handler = ({ method, params }) => {
      const [a, b] = /** @type {[number, number]} */ (params)
      return method === "add" ? a + b : params
    }
    const other = new Connection(messagePortTransport(port2), { role: "server", handler })
    await converse(connection)
    await connection.close()
    same(await other.closed, undefined)
  },
  async "jsonrpc: a pair in memory"() {
    const [left, right] = memoryPair()
    const connection = new Connection(left)
    const other = new Connection(right, { role: "server", handler: ({ params }) => params })
    same(await connection.request("x", [1]), [1])
    await connection.close()
    same(await other.closed, undefined)
  },
  async "runtime: clock and random numbers"() {
    const before = browserClock.monotonic()
    await new Promise((resolve) => {
      browserClock.setTimer(5, () => resolve(undefined))
    })
    if (browserClock.monotonic() - before < 4) throw new Error("the timer was early")
    same(browserRandom.bytes(100_000).length, 100_000)
    if (new Set(Array.from({ length: 20 }, () => browserRandom.integer(2 ** 40))).size < 20)
      throw new Error("not random")
  },
  async "task: a group, a queue, a deadline"() {
    const group = new TaskGroup()
    const queue = new Queue(4)
    let sum = 0
    void group.spawn(async () => {
      for (let n = 1; n <= 10; n++) await queue.send(n)
      queue.close()
    })
    void group.spawn(async () => {
      for await (const n of queue) sum += n
    })
    await group.join()
    same(sum, 55)
    const late = await timeout(5, (scope) => sleep(10_000, { signal: scope.signal })).catch(asIs)
    same(late.name, "TimeoutError")
  },
  async "wire: a codec there and back"() {
    const packet = struct({ nonce: u16, names: vec(string) })
    const value = { nonce: 513, names: ["a", "é🙂"] }
    const bytes = encode(packet, value)
    same([...bytes.subarray(0, 3)], [1, 2, 2])
    same(decode(packet, bytes), value)
  },
}

/**
 * What came of a check.
 *
 * @typedef {object} Outcome
 * @property {string} name
 * @property {string} [failure]
 */

/** @returns {Promise<Outcome[]>} */
async function runChecks(/** @type {Servers} */ servers) {
  const outcomes = []
  for (const [name, check] of Object.entries(checks)) {
    const error = await check(servers).then(() => undefined, asIs)
    outcomes.push(error === undefined ? { name } : { name, failure: `${error.stack ?? error}` })
  }
  return outcomes
}

Object.assign(globalThis, { runChecks })
