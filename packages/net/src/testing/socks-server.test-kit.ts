import { NetworkError, StreamPrelude, type ByteStream, type Listener, type Runtime } from "@dchat/runtime"
import { canonicalUrl } from "@dchat/wire"

/** What a client asked for. */
export interface SocksAsked {
  readonly host: string
  readonly port: number
  /** With what it has logged in. */
  readonly login?: string
}

/** How a proxy behaves. */
export interface SocksBehaviour {
  /** The methods that it takes, the best first. Default: no login. */
  readonly methods?: readonly number[]
  /** What it answers to the greeting, whatever that says. */
  readonly greeting?: readonly number[]
  /** What it answers to the login. Default: 1, 0. */
  readonly loginAnswer?: readonly number[]
  /** What it answers to the request, whatever that says. */
  readonly reply?: readonly number[]
  /** Where names lead. */
  readonly names?: Readonly<Record<string, string>>
}

const CODES: Readonly<Record<string, number>> = { unreachable: 4, "not-found": 4, refused: 5, "timed-out": 6 }

/** A small SOCKS5 proxy that does what a test wants. */
export class SocksServer implements AsyncDisposable {
  readonly asked: SocksAsked[] = []
  readonly #listener: Listener
  readonly #runtime: Pick<Runtime, "clock" | "network">
  readonly #behaviour: SocksBehaviour
  readonly #streams = new Set<ByteStream>()

  private constructor(listener: Listener, runtime: Pick<Runtime, "clock" | "network">, behaviour: SocksBehaviour) {
    this.#listener = listener
    this.#runtime = runtime
    this.#behaviour = behaviour
    void this.#accept()
  }

  static async start(
    runtime: Pick<Runtime, "clock" | "network">,
    host: string,
    behaviour: SocksBehaviour = {},
    port = 0,
  ): Promise<SocksServer> {
    return new SocksServer(await runtime.network.listen({ kind: "tcp", host, port }), runtime, behaviour)
  }

  /** Host and port, as they stand in a URL. */
  get authority(): string {
    const { address } = this.#listener
    return address.kind === "tcp" ? `${address.host}:${address.port}` : ""
  }

  get url(): string {
    return canonicalUrl(`socks5://${this.authority}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener.close()
    await Promise.all([...this.#streams].map((stream) => stream.close()))
  }

  async #accept(): Promise<void> {
    for await (const stream of this.#listener) {
      this.#serve(stream).catch(() => stream.close())
    }
  }

  async #serve(stream: ByteStream): Promise<void> {
    this.#streams.add(stream)
    const { methods = [0], greeting, loginAnswer = [1, 0], reply, names = {} } = this.#behaviour
    const client = new StreamPrelude(stream, this.#runtime.clock)
    const [, count = 0] = await client.read(2)
    const offered = await client.read(count)
    const method = methods.find((each) => offered.includes(each)) ?? 0xff
    client.write(Uint8Array.from(greeting ?? [5, method]))
    const login = method === 2 ? await readLogin(client) : undefined
    if (login !== undefined) client.write(Uint8Array.from(loginAnswer))

    const [, , , kind, length = 0] = await client.read(5)
    if (kind !== 3) throw new Error("a host goes as text")
    const host = new TextDecoder().decode(await client.read(length))
    const [high = 0, low = 0] = await client.read(2)
    const port = high * 256 + low
    this.asked.push({ host, port, ...(login === undefined ? {} : { login }) })
    if (reply !== undefined) {
      client.write(Uint8Array.from(reply))
      return
    }
    const target = await this.#connect(names[host] ?? host, port)
    if (typeof target === "number") {
      client.write(Uint8Array.of(5, target, 0, 1, 0, 0, 0, 0, 0, 0))
      stream.end()
      return
    }
    this.#streams.add(target)
    // The address in the answer is a name here, as Tor never sends it and some proxies do.
    client.write(Uint8Array.of(5, 0, 0, 3, 2, 0x6d, 0x65, 0, 80))
    join(client.handBack(), target)
  }

  async #connect(host: string, port: number): Promise<ByteStream | number> {
    try {
      return await this.#runtime.network.connect({ kind: "tcp", host, port })
    } catch (error) {
      return (error instanceof NetworkError ? CODES[error.code] : undefined) ?? 1
    }
  }
}

async function readLogin(client: StreamPrelude): Promise<string> {
  const text = async (length = 0): Promise<string> => new TextDecoder().decode(await client.read(length))
  const [, userBytes] = await client.read(2)
  const user = await text(userBytes)
  const [passwordBytes] = await client.read(1)
  return `${user}:${await text(passwordBytes)}`
}

/** Carries bytes both ways. */
function join(one: ByteStream, other: ByteStream): void {
  const carry = (from: ByteStream, to: ByteStream): void =>
    from.readInto({
      data: (chunk) => {
        if (to.write(chunk)) return
        from.pause()
        void to.drained().then(() => from.resume())
      },
      end: () => to.end(),
      close: () => void to.close(),
    })
  carry(one, other)
  carry(other, one)
}
