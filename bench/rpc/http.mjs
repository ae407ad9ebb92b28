// What JSON-RPC costs on top of HTTP: `add(1, 2)` by POST, one process, loopback. `node bench/rpc/http.mjs`
// Client and server in one process. Within each cycle: a bare node:http server that answers by JSON.parse; ours, which makes
// a connection for each request; `fetchHandler`; and what a call costs without HTTP, with a connection at either end made
// for it. Medians of the cycles.
import { Agent, createServer, request } from "node:http"
import { contract, fetchHandler, method, number, router, serve } from "@dchat/jsonrpc/node"
import { median } from "../machine.mjs"

const CYCLES = Number(process.argv[2] ?? 7)
const CALLS = 4000
const IN_FLIGHT = 16

const calculator = contract({
  add: method({
    params: [
      ["a", number],
      ["b", number],
    ],
    result: number,
  }),
})
const handler = () => router(calculator, { add: ([a, b]) => a + b })

const bare = createServer((incoming, response) => {
  const chunks = []
  incoming.on("data", (chunk) => chunks.push(chunk))
  incoming.on("end", () => {
    const { id, params } = JSON.parse(Buffer.concat(chunks).toString())
    const text = JSON.stringify({ jsonrpc: "2.0", id, result: params[0] + params[1] })
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) }).end(text)
  })
})
await new Promise((resolve) => bare.listen(0, "127.0.0.1", resolve))
const ours = await serve(handler(), { listen: ["http://127.0.0.1:0"] })
const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT })

/** Calls a second, and microseconds of this process for each. */
async function measure(call) {
  const before = process.cpuUsage()
  const start = performance.now()
  let left = CALLS
  const work = async () => {
    while (left-- > 0) await call()
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(before)
  return { rate: CALLS / seconds, cpu: (user + system) / CALLS }
}

const body = '{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}'
const headers = { "content-type": "application/json", "content-length": body.length }
const post = (url) => () =>
  new Promise((resolve, reject) => {
    const outgoing = request(url, { method: "POST", agent, headers }, (response) => {
      response.resume()
      response.on("end", resolve)
    })
    outgoing.on("error", reject)
    outgoing.end(body)
  })
const inProcess = handler()
const executed = () => inProcess.execute("add", [1, 2])
const mounted = fetchHandler(handler())
const fetched = () =>
  mounted(
    new Request("http://127.0.0.1/", { method: "POST", headers: { "content-type": "application/json" }, body }),
  ).then((response) => response.text())

const subjects = {
  "bare node:http": post(`http://127.0.0.1:${bare.address().port}/`),
  "ours, http://": post(ours.addresses[0]),
  "fetchHandler, no sockets": fetched,
  "execute: two connections": executed,
}
const seen = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]))
for (let cycle = 0; cycle <= CYCLES; cycle++) {
  for (const [name, call] of Object.entries(subjects)) {
    const one = await measure(call)
    if (cycle > 0) seen[name].push(one)
  }
}
const [floor] = Object.values(seen)
for (const [name, runs] of Object.entries(seen)) {
  const rate = median(runs.map((run) => run.rate))
  const cpu = median(runs.map((run) => run.cpu))
  const ratio = median(runs.map((run, cycle) => run.rate / floor[cycle].rate))
  console.log(
    `${name.padEnd(26)} ${Math.round(rate).toLocaleString("en").padStart(8)}/s  ${cpu.toFixed(1).padStart(6)} us of CPU a call  ${ratio.toFixed(2)}`,
  )
}
agent.destroy()
bare.close()
await ours.stop()
