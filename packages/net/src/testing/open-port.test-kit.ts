import type { ByteStream, Listener } from "@dchat/runtime"
import { ManualResetEvent } from "@dchat/task"
import { parseUrl } from "@dchat/wire"
import { defaultSettings } from "../settings/settings.ts"
import { Connector } from "../transport/connector.ts"
import { urlOf, type Transport } from "../transport/transport.ts"
import { allTransports } from "../transport/transports.ts"
import type { Lab } from "./lab.test-kit.ts"
import { SocksServer } from "./socks-server.test-kit.ts"

/** A connector of the computer `here`, for which `proxy` leads to Tor and to I2P. Dials take no more than `connectTimeout` seconds. */
export function connectorOf(lab: Lab, { proxy, connectTimeout = 5 }: { proxy: string; connectTimeout?: number }) {
  const profile = { outboundConnectTimeout: connectTimeout }
  const settings = {
    ...defaultSettings,
    activeProfiles: SCHEMES,
    profiles: Object.fromEntries(SCHEMES.map((scheme) => [scheme, profile])),
    torSocks5Proxy: proxy,
    i2pSocks5Proxy: proxy,
  }
  const context = { settings, hosts: { isBlacklisted: () => false }, runtime: lab.here }
  return new Connector(context, allTransports(context))
}

const SCHEMES = ["tcp", "tcp+tls", "unix", "socks5", "socks5+tls", "tor", "tor+tls", "i2p", "i2p+tls"]

/** A port that is open on the computer `there`, and the way to it. */
export class OpenPort implements AsyncDisposable {
  readonly connector: Connector
  /** Where it listens. */
  readonly url: string
  /** How it is dialled. */
  readonly address: string
  readonly #transport: Transport
  readonly #listener: Listener
  readonly #streams: AsyncIterator<ByteStream>
  readonly #proxy: SocksServer
  readonly #ends: End[] = []

  private constructor(connector: Connector, listensOn: string, scheme: string, listener: Listener, proxy: SocksServer) {
    this.connector = connector
    this.url = urlOf(listensOn, listener.address)
    this.address = addressOf(scheme, this.url, proxy)
    this.#transport = connector.transportOf(parseUrl(this.url))
    this.#listener = listener
    this.#streams = listener[Symbol.asyncIterator]()
    this.#proxy = proxy
  }

  /** Opens a port for connections over `listensOn`, which are dialled as `scheme`. */
  static async open(lab: Lab, scheme: string, listensOn: string): Promise<OpenPort> {
    const names = { "hidden.onion": lab.host, "hidden.i2p": lab.host }
    const proxy = await SocksServer.start(lab.there, lab.host, { methods: [2, 0], names })
    const connector = connectorOf(lab, { proxy: proxy.url })
    const there = new Map(
      allTransports({ settings: defaultSettings, runtime: lab.there }).flatMap((each) =>
        each.schemes.map((name) => [name, each]),
      ),
    )
    const url = parseUrl(listensOn === "unix" ? `unix://${lab.folder}/a%20b%3F.sock` : `${listensOn}://${lab.host}:0`)
    // A unix socket is found on its own computer only.
    const transport = listensOn === "unix" ? connector.transportOf(url) : there.get(listensOn)
    if (transport === undefined) throw new Error(`no transport for ${listensOn}`)
    return new OpenPort(connector, listensOn, scheme, await transport.listen(url), proxy)
  }

  /** A new connection, with both of its ends. */
  async connect(): Promise<{ readonly dialled: End; readonly accepted: End }> {
    const [dialled, accepted] = await Promise.all([this.connector.dial(this.address), this.#accept()])
    const ends = { dialled: new End(dialled.stream), accepted: new End(accepted) }
    this.#ends.push(ends.dialled, ends.accepted)
    return ends
  }

  /** Stops listening. */
  async shut(): Promise<void> {
    await this.#listener.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener.close()
    await Promise.all(this.#ends.map(({ stream }) => stream.close()))
    await this.#proxy[Symbol.asyncDispose]()
  }

  async #accept(): Promise<ByteStream> {
    const { value } = await this.#streams.next()
    return this.#transport.welcome(value as ByteStream)
  }
}

/** One end of a connection, and what it has heard. */
export class End {
  readonly stream: ByteStream
  /** Set when the other side will say nothing more. */
  readonly ended = new ManualResetEvent()
  readonly #chunks: Uint8Array[] = []
  #length = 0
  #onGrowth: () => void = () => {}

  constructor(stream: ByteStream) {
    this.stream = stream
    stream.readInto({
      data: (chunk) => {
        this.#chunks.push(chunk)
        this.#length += chunk.length
        this.#onGrowth()
      },
      end: () => this.ended.set(),
      close: () => this.ended.set(),
    })
  }

  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks))
  }

  get text(): string {
    return new TextDecoder().decode(this.bytes)
  }

  /** Waits for so many bytes in all. */
  async until(length: number): Promise<void> {
    while (this.#length < length) {
      await new Promise<void>((resolve) => {
        this.#onGrowth = resolve
      })
    }
  }
}

/** How what listens at `url` is dialled. */
function addressOf(scheme: string, url: string, proxy: SocksServer): string {
  const { host, port } = parseUrl(url)
  if (scheme.startsWith("socks5")) return `${scheme}://${proxy.authority}/${host}:${port ?? 0}`
  if (scheme.startsWith("tor")) return `${scheme}://hidden.onion:${port ?? 0}/`
  if (scheme.startsWith("i2p")) return `${scheme}://hidden.i2p:${port ?? 0}/`
  return url
}
