/**
 * A process of the benchmark: `serve TRANSPORT PEER ADDRESS` answers until its parent goes; `flood TRANSPORT PEER ADDRESS`
 * calls without end.
 */
import { flood } from "./load.mjs"
import { peers } from "./peers/index.mjs"

const [, , role, transport, name, address] = process.argv
const peer = peers[transport][name]

process.on("disconnect", () => process.exit(0))
if (role === "serve") {
  const bound = await peer.serve(JSON.parse(address))
  process.send({ address: bound, pid: bound.pid ?? process.pid })
} else {
  const client = await peer.connect(JSON.parse(address))
  process.send({ pid: process.pid })
  await flood(client)
}
