import {
  Reader,
  Writer,
  option,
  parseSemVer,
  semver,
  string,
  struct,
  tuple,
  u16,
  u32,
  u64,
  url,
  vec,
  type Codec,
} from "@dchat/wire"

/** A word that an adversary can say: what net keeps to itself, written once more from the specification (darkfi-net 3.1). */
export interface Word<T> {
  readonly command: string
  readonly codec: Codec<T>
}

export const VERSION = word(
  "version",
  struct({
    nodeId: string,
    appName: string,
    version: semver,
    timestamp: u64,
    connectRecvAddr: url,
    resolveRecvAddr: option(url),
    extSendAddr: vec(url),
    features: vec(tuple(string, u32)),
  }),
)
export const VERACK = word("verack", struct({ appVersion: semver, appName: string }))
export const PING = word("ping", struct({ nonce: u16 }))
export const PONG = word("pong", struct({ nonce: u16 }))
export const GETADDR = word("getaddr", struct({ max: u32, transports: vec(string) }))
export const ADDR = word("addr", struct({ addrs: vec(tuple(url, u64)) }))

/** Who adversaries say they are: a stock node. */
export const APP = { appName: "dchatd", version: parseSemVer("0.4.1") } as const

function word<T>(command: string, codec: Codec<T>): Word<T> {
  return { command, codec }
}

/** A packet: the magic, the command and the payload, each of the two with its length before it (darkfi-net 2.1). */
export function packet<T>(magic: Uint8Array, { command, codec }: Word<T>, value: T): Uint8Array<ArrayBuffer> {
  const writer = new Writer()
  writer.bytes(magic)
  writer.blob(new TextEncoder().encode(command))
  writer.sized(() => codec.encode(writer, value))
  return writer.take()
}

/** Takes packets out of what a node sends, which makes no mistakes. */
export class PacketSplitter {
  #unread = new Uint8Array()

  push(chunk: Uint8Array): { readonly command: string; readonly payload: Uint8Array }[] {
    const bytes = new Uint8Array(this.#unread.length + chunk.length)
    bytes.set(this.#unread)
    bytes.set(chunk, this.#unread.length)
    const packets = []
    let from = 0
    for (;;) {
      const command = blobAt(bytes, from + 4)
      const payload = command === undefined ? undefined : blobAt(bytes, command.end)
      if (command === undefined || payload === undefined) break
      packets.push({ command: new TextDecoder().decode(command.blob), payload: payload.blob })
      from = payload.end
    }
    this.#unread = bytes.subarray(from)
    return packets
  }
}

function blobAt(bytes: Uint8Array, at: number): { readonly blob: Uint8Array; readonly end: number } | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  const lengthBytes = first < 0xfd ? 1 : first === 0xfd ? 3 : first === 0xfe ? 5 : 9
  if (at + lengthBytes > bytes.length) return undefined
  const length = Number(new Reader(bytes, at).varint())
  const start = at + lengthBytes
  return start + length > bytes.length
    ? undefined
    : { blob: bytes.subarray(start, start + length), end: start + length }
}
