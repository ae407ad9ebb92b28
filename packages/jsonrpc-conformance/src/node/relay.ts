// Started as a child process: what comes on standard input goes to a local port, and back to standard output.
import process from "node:process"
import { newlineFraming, streamTransport, type Transport } from "@dchat/jsonrpc"
import { stdioTransport } from "@dchat/jsonrpc/node"
import { nodeRuntime } from "@dchat/runtime/node"

const port = Number(process.argv[2])
const { network } = nodeRuntime()
const parent = streamTransport(await network.connect({ kind: "tcp", host: "127.0.0.1", port }), newlineFraming())
const pipes = stdioTransport()
relay(pipes, parent)
relay(parent, pipes)

function relay(from: Transport, to: Transport): void {
  from.readInto({
    messages: (frames) => {
      for (const frame of frames) if (typeof frame === "string") to.send(frame)
      to.flush()
    },
    end: () => to.end(),
    close: () => void to.close(),
  })
}
