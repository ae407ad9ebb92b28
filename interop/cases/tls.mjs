import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { connect } from "@dchat/jsonrpc/node"
import { api, askTheirs, failureOf, ourServer } from "../ours.mjs"

const jayson = createRequire(import.meta.url)("jayson")
const pair = new URL("../../packages/jsonrpc/src/node/fixtures/localhost.json", import.meta.url)
const { key, cert } = JSON.parse(readFileSync(pair, "utf8"))

const listen = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)))

const schemes = { https: "HTTPS", tls: "TLS, JSON texts in a row" }

export default Object.entries(schemes).flatMap(([scheme, over]) => [
  {
    peer: "jayson 5.0.0",
    over,
    ours: "client",
    async run(check, held) {
      const methods = { add: ([a, b], done) => done(null, a + b), echo: ([value], done) => done(null, value) }
      const server = jayson.server(methods)[scheme]({ key, cert })
      held.add(server, () => server.close())
      const url = `${scheme}://127.0.0.1:${await listen(server)}`
      const client = held.add(await connect(url, api, { tls: { ca: cert } }))
      await askTheirs(client, check, { batch: true })
      const stranger = await failureOf(connect(url, api).then((each) => held.add(each).add(1, 2)))
      check("a server that nobody vouches for", /self-signed/.test(stranger.message), true)
    },
  },
  {
    peer: "jayson 5.0.0",
    over,
    ours: "server",
    async run(check, held) {
      const server = held.add(await ourServer(`${scheme}://127.0.0.1:0`, { tls: { key, cert } }))
      const client = jayson.client[scheme]({ port: server.port, host: "127.0.0.1", ca: cert })
      const reply = await new Promise((resolve, reject) => {
        client.request("add", [1, 2], (failure, answer) => (failure ? reject(failure) : resolve(answer)))
      })
      check("add", reply.result, 3)
    },
  },
])
