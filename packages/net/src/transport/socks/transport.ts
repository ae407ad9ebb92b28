import { NetworkError, type ByteStream, type Runtime } from "@dchat/runtime"
import type { ParsedUrl } from "@dchat/wire"
import { ConnectError } from "../error.ts"
import { withoutCredentials, type Transport, type TransportOptions } from "../transport.ts"
import { SocksError, askProxy } from "./handshake.ts"
import type { Credentials, Route } from "./route.ts"

/** Which addresses go through a proxy, and through which. */
export interface SocksOptions {
  readonly scheme: string
  /** The proxy and the destination of an address. Throws a {@link ConnectError} `bad-address`. */
  route(url: ParsedUrl): Route
  /** With what to log in if the proxy's URL does not say it. Default: nothing. Called for each dial. */
  credentials?(): Credentials
}

/** Connections through a SOCKS5 proxy (darkfi-net 9.4 to 9.6). Nobody can be listened to that way. */
export class SocksTransport implements Transport {
  readonly schemes: readonly string[]
  readonly #options: SocksOptions
  readonly #runtime: Pick<Runtime, "clock" | "network">

  constructor(options: SocksOptions, runtime: Pick<Runtime, "clock" | "network">) {
    this.schemes = [options.scheme]
    this.#options = options
    this.#runtime = runtime
  }

  async dial(url: ParsedUrl, { signal }: TransportOptions = {}): Promise<ByteStream> {
    const { proxy, destination } = this.#options.route(url)
    const credentials = proxy.credentials ?? this.#options.credentials?.()
    const what = `cannot connect to ${withoutCredentials(url.href)}`
    const stream = await this.#connect(proxy.host, proxy.port, what, signal)
    try {
      return await askProxy(stream, { destination, credentials, clock: this.#runtime.clock, signal })
    } catch (error) {
      await stream.close()
      const reason = reasonOf(error)
      throw reason === undefined ? error : new ConnectError("failed", what, reason, { cause: error })
    }
  }

  listen({ href }: ParsedUrl): Promise<never> {
    const reason = "there is no listening through a proxy; listen on tcp, and have its port forwarded to there"
    return Promise.reject(new ConnectError("unsupported-transport", `cannot listen on ${href}`, reason))
  }

  welcome(stream: ByteStream): Promise<ByteStream> {
    return Promise.resolve(stream)
  }

  async #connect(host: string, port: number, what: string, signal: AbortSignal | undefined): Promise<ByteStream> {
    try {
      return await this.#runtime.network.connect({ kind: "tcp", host, port }, signal === undefined ? {} : { signal })
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      const reason = `no proxy at ${host}:${port}: ${error.code.replaceAll("-", " ")}`
      throw new ConnectError("no-proxy", what, reason, { cause: error })
    }
  }
}

/** Why the proxy did not connect; undefined if it is not to blame. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof SocksError) return error.message
  return error instanceof NetworkError ? `the proxy broke off: ${error.code.replaceAll("-", " ")}` : undefined
}
