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
  process.send(await peer.serve(JSON.parse(address)))
} else {
  const client = await peer.connect(JSON.parse(address))
  process.send("flooding")
  await flood(client)
}
