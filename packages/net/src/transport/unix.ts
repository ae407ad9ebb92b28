import type { Address, ByteStream, Listener, Network } from "@dchat/runtime"
import type { ParsedUrl } from "@dchat/wire"
import { ConnectError } from "./error.ts"
import { percentDecoded } from "./percent.ts"
import type { Transport, TransportOptions } from "./transport.ts"

/** Packets on a unix socket: `unix:///absolute/path` (darkfi-net 9.7). A file that a crashed node left is replaced. */
export class UnixTransport implements Transport {
  readonly schemes = ["unix"]
  readonly #network: Pick<Network, "connect" | "listen">

  constructor(network: Pick<Network, "connect" | "listen">) {
    this.#network = network
  }

  async dial(url: ParsedUrl, options?: TransportOptions): Promise<ByteStream> {
    return this.#network.connect(socketFile(url), options)
  }

  async listen(url: ParsedUrl, options?: TransportOptions): Promise<Listener> {
    return this.#network.listen(socketFile(url), options)
  }

  welcome(stream: ByteStream): Promise<ByteStream> {
    return Promise.resolve(stream)
  }
}

/** The file that a URL names. It has an absolute path, and neither host nor port (darkfi-net 9.1). */
function socketFile({ href, host, port, path }: ParsedUrl): Address {
  const file = percentDecoded(path)
  if (host !== "" || port !== undefined || !/^\/./.test(file))
    throw new ConnectError("bad-address", `cannot use ${href}`, "it needs an absolute path, and neither host nor port")
  return { kind: "unix", path: file }
}
