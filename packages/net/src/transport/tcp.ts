import type { Address, ByteStream, Listener, Network } from "@dchat/runtime"
import type { ParsedUrl } from "@dchat/wire"
import { ConnectError } from "./error.ts"
import type { Transport, TransportOptions } from "./transport.ts"

/** Packets straight on TCP (darkfi-net 9.2). */
export class TcpTransport implements Transport {
  readonly schemes = ["tcp"]
  readonly #network: Pick<Network, "connect" | "listen">

  constructor(network: Pick<Network, "connect" | "listen">) {
    this.#network = network
  }

  async dial(url: ParsedUrl, options?: TransportOptions): Promise<ByteStream> {
    return this.#network.connect(socketAddress(url), options)
  }

  async listen(url: ParsedUrl, options?: TransportOptions): Promise<Listener> {
    return this.#network.listen(socketAddress(url), options)
  }

  welcome(stream: ByteStream): Promise<ByteStream> {
    return Promise.resolve(stream)
  }
}

/** The socket that a URL names. Both host and port must be there (darkfi-net 9.1). */
function socketAddress({ href, host, port }: ParsedUrl): Address {
  if (host === "" || port === undefined)
    throw new ConnectError("bad-address", `cannot use ${href}`, "it needs a host and a port")
  return { kind: "tcp", host, port }
}
