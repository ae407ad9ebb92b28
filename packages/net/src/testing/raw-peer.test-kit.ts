import type { ByteStream, Runtime } from "@dchat/runtime"
import { parseUrl } from "@dchat/wire"
import { PacketDecoder } from "../channel/packet-decoder.ts"
import { PacketEncoder } from "../channel/packet-encoder.ts"
import { BUILT_IN_MESSAGES } from "../message/built-in.ts"
import type { MessageType } from "../message/message.ts"
import { Verack, Version, type VersionInfo } from "../message/version.ts"
import { DchatMsg, MAGIC } from "./test-net.test-kit.ts"

/** A packet that was seen, as it would be said. */
export interface SeenPacket {
  /** Milliseconds since the connection was made. */
  readonly t: number
  readonly command: string
  readonly value: unknown
}

const KNOWN: readonly MessageType<unknown>[] = [...BUILT_IN_MESSAGES, DchatMsg]

/** Takes packets out of bytes. */
export function packetReader(): (chunk: Uint8Array) => Omit<SeenPacket, "t">[] {
  const decoder = new PacketDecoder({
    magic: MAGIC,
    lookup(bytes, start, end) {
      const command = new TextDecoder().decode(bytes.subarray(start, end))
      return KNOWN.find((type) => type.command === command)
    },
  })
  return (chunk) => {
    decoder.push(chunk)
    const packets = []
    for (let event; (event = decoder.next()) !== undefined;) {
      if (event.kind !== "message") throw new Error(`not a packet: ${event.fault.kind}`)
      const { type, value } = event
      packets.push({ command: type.command, value })
    }
    return packets
  }
}

/** The other end of a connection, played by a test: it says what it is told to and remembers what it hears. */
export class RawPeer {
  readonly seen: SeenPacket[] = []
  /** When the other side closed, in milliseconds since the connection was made; undefined while it is open. */
  closedAt: number | undefined
  readonly #stream: ByteStream
  readonly #encoder = new PacketEncoder(MAGIC)

  constructor(stream: ByteStream, { clock }: Pick<Runtime, "clock">) {
    this.#stream = stream
    const start = clock.monotonic()
    const read = packetReader()
    const close = (): void => {
      this.closedAt ??= clock.monotonic() - start
    }
    stream.readInto({
      data: (chunk) => this.seen.push(...read(chunk).map((packet) => ({ t: clock.monotonic() - start, ...packet }))),
      end: () => {
        close()
        stream.end()
      },
      close,
    })
  }

  /** Connects to a node. */
  static async dial(url: string, runtime: Pick<Runtime, "clock" | "network">): Promise<RawPeer> {
    const { host, port = 0 } = parseUrl(url)
    return new RawPeer(await runtime.network.connect({ kind: "tcp", host, port }), runtime)
  }

  /** Waits for a node to connect. */
  static async accept(url: string, runtime: Pick<Runtime, "clock" | "network">): Promise<RawPeer> {
    const { host, port = 0 } = parseUrl(url)
    const listener = await runtime.network.listen({ kind: "tcp", host, port })
    const { value } = await listener[Symbol.asyncIterator]().next()
    await listener.close()
    return new RawPeer(value as ByteStream, runtime)
  }

  /** The commands that were heard, in order. */
  get commands(): string[] {
    return this.seen.map(({ command }) => command)
  }

  send<T>(type: MessageType<T>, value: T): void {
    this.sendBytes(this.#encoder.encode(type, value))
  }

  sendBytes(bytes: Uint8Array): void {
    this.#stream.write(bytes)
  }

  /** Says version and verack, as a stock node would. */
  introduce(overrides: Partial<VersionInfo> = {}): void {
    const version = this.sayVersion(overrides)
    this.send(Verack, { appName: version.appName, appVersion: version.version })
  }

  /** Says version, and no more; returns what was said. */
  sayVersion(overrides: Partial<VersionInfo> = {}): VersionInfo {
    const version = { ...INTRODUCTION, ...overrides }
    this.send(Version, version)
    return version
  }

  /** Says that nothing more comes. */
  end(): void {
    this.#stream.end()
  }

  async close(): Promise<void> {
    await this.#stream.close()
  }
}

/** What a stock node says of itself. */
export const INTRODUCTION: VersionInfo = {
  nodeId: "",
  appName: "dchatd",
  version: { major: 0n, minor: 4n, patch: 1n, pre: "", build: "" },
  timestamp: 0n,
  connectRecvAddr: "tcp://10.0.0.1:1000/",
  resolveRecvAddr: undefined,
  extSendAddr: [],
  features: [],
}
