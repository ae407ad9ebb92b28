/**
 * What taking in a TLS peer costs the one who takes it in: handshakes with version exchange per second of its own
 * processor time. The peers live in another process.
 *
 *     node bench/net/handshakes.mjs [handshakes of a round = 500] [rounds = 5]
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { P2p, SESSION_ALL } from "@dchat/net"
import { makePeer, many } from "./least-peer.mjs"
import { median } from "../machine.mjs"

const [HANDSHAKES = 500, ROUNDS = 5] = process.argv.slice(2).map(Number)

if (process.send === undefined) await dialler()
else await acceptor()

/** A whole node. Answers each message of the other process with what it has used up so far. */
async function acceptor() {
  const node = await P2p.create({
    activeProfiles: ["tcp+tls"],
    inboundAddrs: ["tcp+tls://127.0.0.1:0"],
    inboundConnections: 10_000,
    localnet: true,
    outboundConnections: 0,
  })
  let ready = 0
  node.protocols.register(SESSION_ALL, () => ({ name: "Counter", start: () => void ready++ }))
  await node.start()
  process.send({ url: node.sessions.inbound.addresses[0] })
  process.on("message", () => {
    const { user, system } = process.cpuUsage()
    process.send({ ready, cpuMs: (user + system) / 1000 })
  })
}

async function dialler() {
  const child = fork(import.meta.filename)
  const [{ url }] = await once(child, "message")
  const usage = async () => {
    child.send("usage")
    return (await once(child, "message"))[0]
  }
  const peer = makePeer("tcp+tls", url)
  const handshake = async () => (await peer()).close()

  await many(200, handshake)
  const rates = []
  for (let round = 0; round < ROUNDS; round++) {
    const before = await usage()
    const start = performance.now()
    await many(HANDSHAKES, handshake)
    const ms = performance.now() - start
    const after = await usage()
    const count = after.ready - before.ready
    rates.push({ cpu: (count / (after.cpuMs - before.cpuMs)) * 1000, clock: (count / ms) * 1000 })
  }
  const list = (key) => rates.map((rate) => rate[key].toFixed(0)).join(", ")
  const cpu = median(rates.map((rate) => rate.cpu))
  console.log(
    `TLS handshakes with version exchange: ${cpu.toFixed(0)} per second of the acceptor's processor time (${list("cpu")}), ` +
      `${list("clock")} by the clock`,
  )
  child.kill()
}
