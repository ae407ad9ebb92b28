import type { Address, ByteStream, Listener, Network } from "@dchat/runtime"
import type { ParsedUrl } from "@dchat/wire"
import type { Transport, TransportOptions } from "./transport.ts"

/** Packets straight on a socket of the network. A kind of it says which schemes are its, and which socket a URL names. */
export abstract class PlainTransport implements Transport {
  abstract readonly schemes: readonly string[]
  readonly #network: Pick<Network, "connect" | "listen">

  constructor(network: Pick<Network, "connect" | "listen">) {
    this.#network = network
  }

  /** Throws a `ConnectError` when the URL names none. */
  protected abstract socketOf(url: ParsedUrl): Address

  async dial(url: ParsedUrl, options?: TransportOptions): Promise<ByteStream> {
    return this.#network.connect(this.socketOf(url), options)
  }

  /** IPv6 addresses take IPv6 alone (darkfi-net 9.2): who wants both names `0.0.0.0` and `[::]`, at the same port if they like. */
  async listen(url: ParsedUrl, options?: TransportOptions): Promise<Listener> {
    return this.#network.listen(this.socketOf(url), { ...options, ipv6Only: true })
  }

  welcome(stream: ByteStream): Promise<ByteStream> {
    return Promise.resolve(stream)
  }
}
