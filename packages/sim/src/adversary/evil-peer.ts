import { formatAddress, type ByteStream } from "@dchat/runtime"
import type { VirtualHost } from "@dchat/runtime/virtual"
import { decode } from "@dchat/wire"
import type { Victim } from "./adversary.ts"
import { ADDR, APP, GETADDR, packet, PacketSplitter, PING, PONG, VERACK, VERSION, type Word } from "./words.ts"

/** Who was turned away dials again after this long, in milliseconds. */
const REDIAL_MS = 30_000

/** How an evil peer behaves. What is left out a stock node would do too, but that nothing is ever passed on. */
export interface Manners {
  readonly magic: Uint8Array
  /** What it says when it is asked for addresses. Default: nothing. */
  readonly addresses?: (max: number) => readonly (readonly [url: string, lastSeen: bigint])[]
  /** Where it says that it can be reached. Default: nowhere. */
  readonly advertised?: (ownIp: string) => readonly string[]
  /** UNIX seconds that it claims. Default: the truth. */
  readonly time?: () => bigint
  /** There is a connection; nothing has been said on it. */
  readonly begun?: (peer: EvilPeer) => void
  /** The connection is made and the version exchange done. */
  readonly introduced?: (peer: EvilPeer) => void
}

/** One end of a connection, played by an adversary. */
export class EvilPeer {
  /** Says what it has to say on a new connection, and answers from then on. */
  static on(host: VirtualHost, stream: ByteStream, manners: Manners): EvilPeer {
    return new EvilPeer(host, stream, manners)
  }

  readonly host: VirtualHost
  readonly ip: string
  readonly #stream: ByteStream
  readonly #manners: Manners
  #isOpen = true

  private constructor(host: VirtualHost, stream: ByteStream, manners: Manners) {
    this.host = host
    this.ip = stream.localAddress.kind === "tcp" ? stream.localAddress.host : ""
    this.#stream = stream
    this.#manners = manners
    const splitter = new PacketSplitter()
    stream.readInto({
      data: (chunk) => {
        for (const { command, payload } of splitter.push(chunk)) this.#answer(command, payload)
      },
      end: () => void stream.close(),
      close: () => {
        this.#isOpen = false
      },
    })
    manners.begun?.(this)
    this.#introduce()
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  say<T>(word: Word<T>, value: T): void {
    this.sayBytes(packet(this.#manners.magic, word, value))
  }

  sayBytes(bytes: Uint8Array): void {
    if (this.#isOpen) this.#stream.write(bytes)
  }

  /** From now on nothing is taken from the connection: what comes fills its window, then the other side's queues. */
  stopReading(): void {
    this.#stream.pause()
  }

  hangUp(): void {
    this.#isOpen = false
    void this.#stream.close()
  }

  /** Does something again and again, for as long as the connection lasts. */
  every(ms: number, action: () => void): void {
    this.host.clock.setTimer(ms, () => {
      if (!this.#isOpen) return
      action()
      this.every(ms, action)
    })
  }

  #introduce(): void {
    const { time = () => BigInt(Math.floor(this.host.clock.now() / 1000)), advertised } = this.#manners
    this.say(VERSION, {
      nodeId: "",
      ...APP,
      timestamp: time(),
      connectRecvAddr: `tcp://${formatAddress(this.#stream.remoteAddress)}/`,
      resolveRecvAddr: undefined,
      extSendAddr: [...(advertised?.(this.ip) ?? [])],
      features: [],
    })
  }

  #answer(command: string, payload: Uint8Array): void {
    const { addresses, introduced } = this.#manners
    if (command === VERSION.command) this.say(VERACK, { appVersion: APP.version, appName: APP.appName })
    else if (command === VERACK.command) introduced?.(this)
    else if (command === PING.command) this.say(PONG, decode(PING.codec, payload))
    else if (command === GETADDR.command) {
      const { max } = decode(GETADDR.codec, payload)
      this.say(ADDR, { addrs: (addresses?.(max) ?? []).map(([url, seen]) => [url, seen]) })
    }
  }
}

/** Takes connections on a port of all its addresses. */
export async function receive(host: VirtualHost, port: number, manners: Manners): Promise<void> {
  for await (const stream of await host.network.listen({ kind: "tcp", host: "0.0.0.0", port }))
    EvilPeer.on(host, stream, manners)
}

/** Connects to a victim from one of its addresses, and again whenever it is thrown out. */
export function pester(host: VirtualHost, ip: string, victim: Victim, serve: (stream: ByteStream) => unknown): void {
  const again = (): void => void host.clock.setTimer(REDIAL_MS, () => pester(host, ip, victim, serve))
  host.network.connect({ kind: "tcp", ...victim }, { localHost: ip }).then((stream) => {
    serve(stream)
    void stream.closed.then(again)
  }, again)
}
