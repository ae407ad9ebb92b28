import process from "node:process"
import { fileURLToPath } from "node:url"
import { newlineFraming, streamTransport } from "@dchat/jsonrpc"
import { spawnTransport } from "@dchat/jsonrpc/node"
import { nodeRuntime } from "@dchat/runtime/node"
import type { Ground } from "./ground.ts"

/** What was built: Node 20 runs no TypeScript. */
const BUILT_RELAY = fileURLToPath(new URL("../../dist/node/relay.js", import.meta.url))

/**
 * A child process for each connection: the client speaks to its pipes, and its standard input and output lead to the
 * server, over a local port.
 *
 * @param relay The program. Default: `relay.ts` as it was built.
 */
export async function childProcessGround(name: string, relay = BUILT_RELAY): Promise<Ground> {
  const { network } = nodeRuntime()
  return {
    name,
    kind: "duplex",
    atOnce: 4,
    reach: async (welcome) => {
      const listener = await network.listen({ kind: "tcp", host: "127.0.0.1", port: 0 })
      const { address } = listener
      if (address.kind !== "tcp") throw new Error("a port was asked for")
      const client = await spawnTransport(process.execPath, [relay, `${address.port}`])
      for await (const stream of listener) {
        welcome(streamTransport(stream, newlineFraming()))
        break
      }
      await listener.close()
      return client
    },
    close: async () => {},
  }
}
