import type { ByteStream, Listener, Network, Runtime, TlsIdentity, TlsOffer, TlsOptions } from "@dchat/runtime"
import type { ParsedUrl } from "@dchat/wire"
import { withoutCredentials, type Transport, type TransportOptions } from "../transport.ts"
import { TLS_NAME, newIdentity } from "./certificate.ts"
import { checkCertificate } from "./check.ts"

/** What both sides offer: the network's only kind of signature, and what the reference takes, in its order (darkfi-net 9.3). */
const OFFER: TlsOffer = {
  signatureAlgorithms: ["ed25519"],
  groups: ["X25519", "P-256", "P-384"],
  cipherSuites: ["TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"],
}

/** What TLS needs of the world. */
export interface TlsContext {
  readonly network: Pick<Network, "upgradeTls">
  readonly random: Runtime["random"]
}

/**
 * Another transport with TLS 1.3 on top, for its schemes with `+tls` behind them (darkfi-net 9.3). Both sides show a
 * certificate, and both look at the other's. That keeps listeners on the way out; it proves nobody's identity.
 */
export class TlsTransport implements Transport {
  readonly schemes: readonly string[]
  readonly #below: Transport
  readonly #network: TlsContext["network"]
  readonly #random: TlsContext["random"]
  #ownIdentity: TlsIdentity | undefined

  constructor(below: Transport, { network, random }: TlsContext) {
    this.schemes = below.schemes.map((scheme) => `${scheme}+tls`)
    this.#below = below
    this.#network = network
    this.#random = random.fork(this.schemes.join(" "))
  }

  /** With a key that is used this once. */
  async dial(url: ParsedUrl, options: TransportOptions = {}): Promise<ByteStream> {
    const stream = await this.#below.dial(url, options)
    const identity = newIdentity(this.#random)
    return this.#upgrade(stream, withoutCredentials(url.href), {
      ...options,
      role: "client",
      identity,
      serverName: TLS_NAME,
    })
  }

  /** With a new key for each start. */
  async listen(url: ParsedUrl, options?: TransportOptions): Promise<Listener> {
    const listener = await this.#below.listen(url, options)
    this.#ownIdentity = newIdentity(this.#random)
    return listener
  }

  async welcome(accepted: ByteStream, options: TransportOptions = {}): Promise<ByteStream> {
    const stream = await this.#below.welcome(accepted, options)
    const identity = (this.#ownIdentity ??= newIdentity(this.#random))
    return this.#upgrade(stream, "the peer", { ...options, role: "server", identity, requestCertificate: true })
  }

  async #upgrade(stream: ByteStream, peer: string, options: TlsOptions): Promise<ByteStream> {
    const secure = await this.#network.upgradeTls(stream, { ...options, offer: OFFER })
    try {
      checkCertificate(secure.peerCertificate, peer)
      return secure
    } catch (error) {
      await secure.close()
      throw error
    }
  }
}
