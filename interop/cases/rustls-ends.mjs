import { fileURLToPath } from "node:url"
import { ourNode } from "../p2p/our-node.mjs"
import { kill, soon, theirClient, theirServer, told } from "../p2p/their-node.mjs"
import { program } from "../peer-processes.mjs"

const OUR_PROCESS = fileURLToPath(new URL("../p2p/our-node-process.mjs", import.meta.url))
const MANY = 50
const FLOOD = "end=flood"

/** Our node stops, with many connections; each of them hears of it. */
async function checkMany(check, theirs, ours) {
  check(`${MANY} at once`, JSON.parse(await theirs.line()), "open")
  check(`${MANY} channels`, ours.channels().length, MANY)
  await ours.stop()
  check(
    "when our node stops each is told",
    (await told(theirs, MANY)).map(({ end }) => end),
    Array.from({ length: MANY }, () => "close_notify"),
  )
}

/** It wrote until our node was gone. */
function checkFlood(check, what, [{ heard, end }]) {
  check(`${what}: before`, heard.includes("pong"), true)
  check(`${what}: then`, ["BrokenPipe", "ConnectionReset"].includes(end) ? "cannot write" : end, "cannot write")
}

/** Our node, which counts what has come. */
async function counting(held, settings) {
  const counts = { blobs: 0 }
  const ours = held.add(await ourNode(settings, () => void counts.blobs++))
  return { ours, hasHeard: () => counts.blobs > 0 }
}

/** Our node in another process. */
function ourProcess(held, settings) {
  return held.add(program(process.execPath, [OUR_PROCESS, JSON.stringify(settings)]))
}

export default [
  {
    peer: "rustls 0.23.46",
    over: "TLS, many at once, ends",
    ours: "server",
    async run(check, held) {
      const many = held.add(await ourNode())
      await checkMany(check, theirClient(held, many.address, `at-once=${MANY} end=wait`), many)

      const stopping = await counting(held)
      const cutShort = theirClient(held, stopping.ours.address, FLOOD)
      check("it writes", await soon(stopping.hasHeard), true)
      await stopping.ours.stop()
      checkFlood(check, "our node stops while it writes", await told(cutShort))

      const surviving = await counting(held)
      const dying = theirClient(held, surviving.ours.address, FLOOD)
      check("it writes", await soon(surviving.hasHeard), true)
      await kill(dying)
      check("it is killed: no channel stays", await soon(() => surviving.ours.channels().length === 0), true)
      const [next] = await told(theirClient(held, surviving.ours.address))
      check("it is killed: the next one is met", next.end, "close_notify")

      const killed = ourProcess(held, {})
      const bereft = theirClient(held, await killed.line(), FLOOD)
      await killed.line()
      await kill(killed)
      checkFlood(check, "our node is killed while it writes", await told(bereft))
    },
  },
  {
    peer: "rustls 0.23.46",
    over: "TLS, many at once, ends",
    ours: "client",
    async run(check, held) {
      const many = await theirServer(held, `at-once=${MANY} end=wait`)
      await checkMany(check, many.theirs, held.add(await ourNode({ peers: many.peers })))

      const cutShort = await theirServer(held, FLOOD)
      const stopping = await counting(held, { peers: cutShort.peers })
      check("it writes", await soon(stopping.hasHeard), true)
      await stopping.ours.stop()
      checkFlood(check, "our node stops while it writes", await told(cutShort.theirs))

      const dying = await theirServer(held, FLOOD)
      const surviving = await counting(held, { peers: dying.peers })
      check("it writes", await soon(surviving.hasHeard), true)
      await kill(dying.theirs)
      check("it is killed: no channel stays", await soon(() => surviving.ours.channels().length === 0), true)

      const bereft = await theirServer(held, FLOOD)
      const killed = ourProcess(held, { peers: bereft.peers })
      await killed.line()
      await killed.line()
      await kill(killed)
      checkFlood(check, "our node is killed while it writes", await told(bereft.theirs))
    },
  },
]
