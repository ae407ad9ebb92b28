/**
 * One node broadcasts to nine others, all ten in this process: deliveries to the nine applications per second, on TCP over
 * loopback and in a virtual world. In bursts of 256 broadcasts, and one at a time.
 *
 *     node bench/net/fan-out.mjs [seconds for each figure = 2]
 */
import { nodeRuntime } from "@dchat/runtime/node"
import { virtualWorld } from "@dchat/runtime/virtual"
import { P2p, SESSION_DEFAULT } from "@dchat/net"
import { Text, VALUE } from "./peers/message.mjs"

const PEERS = 9
const MS = Number(process.argv[2] ?? 2) * 1000

/** @param {{ runtimeOf: (index: number) => object, listenOn: (index: number) => string, until: (done: () => boolean) => Promise<void>, wait: <T>(promise: Promise<T>) => Promise<T> }} world */
async function fanOut(name, { runtimeOf, listenOn, until, wait }) {
  let delivered = 0
  const make = async (index, settings) => {
    const runtime = runtimeOf(index)
    const base = { activeProfiles: ["tcp"], localnet: true, outboundConnections: 0 }
    const node = await wait(P2p.create({ ...base, ...settings }, { runtime }))
    node.protocols.register(SESSION_DEFAULT, (channel) => {
      const messages = channel.subscribe(Text)
      const read = async () => {
        for await (const _message of messages) delivered++
      }
      return { name: "Counter", start: (jobs) => void jobs.spawn(read) }
    })
    await wait(node.start())
    return node
  }
  const others = []
  for (let index = 1; index <= PEERS; index++) others.push(await make(index, { inboundAddrs: [listenOn(index)] }))
  const peers = others.map((node) => node.sessions.inbound.addresses[0])
  const node = await make(0, { peers })
  void node.run()
  await until(() => node.channels().length === PEERS)

  for (const burst of [256, 1]) {
    const work = async (ms) => {
      delivered = 0
      let sent = 0
      const end = performance.now() + ms
      const before = process.cpuUsage()
      const start = performance.now()
      while (performance.now() < end) {
        for (let i = 0; i < burst; i++) void node.broadcast(Text, VALUE)
        sent += burst
        await until(() => delivered === sent * PEERS)
      }
      const { user, system } = process.cpuUsage(before)
      return { perSecond: (delivered / (performance.now() - start)) * 1000, micros: (user + system) / delivered }
    }
    await work(MS / 4)
    const { perSecond, micros } = await work(MS)
    const rate = `${(perSecond / 1000).toFixed(0)} k deliveries/s`
    console.log(`${name}, bursts of ${burst}: ${rate}, ${micros.toFixed(2)} us of processor time each`)
  }
  await wait(Promise.all([node, ...others].map((one) => one.stop())))
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
await fanOut("tcp", {
  runtimeOf: () => nodeRuntime(),
  listenOn: () => "tcp://127.0.0.1:0",
  wait: (promise) => promise,
  async until(done) {
    while (!done()) await turn()
  },
})

const world = virtualWorld()
const hosts = Array.from({ length: PEERS + 1 }, (_, index) => world.host({ name: `node ${index}` }))
await fanOut("virtual", {
  runtimeOf: (index) => hosts[index],
  listenOn: (index) => `tcp://${hosts[index].ips[0]}:1000`,
  wait: (promise) => world.runUntil(promise),
  until: (done) => world.runUntil(done),
})
