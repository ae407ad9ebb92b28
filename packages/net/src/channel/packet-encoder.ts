import { Writer } from "@dchat/wire"
import { MessageError, type MessageType } from "../message/message.ts"

/** Of the length of a command, which is below 256 (darkfi-net 1.2). */
const MAX_LENGTH_BYTES = 3

/** Where packets go that were gathered. */
export interface PacketSink {
  /** Takes whole packets, one behind the other. */
  write(packets: Uint8Array): void
}

/** Makes packets, each in one piece of memory (darkfi-net 2.1). One encoder serves all channels of a node. */
export class PacketEncoder {
  /** The four bytes that begin each packet of the network. */
  readonly magic: Uint8Array
  readonly #writer = new Writer()
  /** For whom packets are gathered. */
  #sink: PacketSink | undefined
  /** How the packets of each message begin: magic and command. To write these one by one for each packet takes 40 ns more. */
  readonly #heads = new Map<MessageType<unknown>, PacketHead>()
  /** The one of the message that was sent last, which mostly is sent next. */
  #head: PacketHead | undefined

  /** @throws {RangeError} if the magic is not four bytes */
  constructor(magic: Uint8Array) {
    if (magic.length !== 4) throw new RangeError(`the magic of a network is 4 bytes, not ${magic.length}`)
    this.magic = magic
  }

  /**
   * A message as a packet.
   *
   * @throws {MessageError} `too-large` if the payload is longer than the message's limit
   * @throws {EncodeError} if the value is not one of the message
   */
  encode<T>(type: MessageType<T>, value: T): Uint8Array {
    this.flush()
    this.#write(type, value)
    return this.#writer.take()
  }

  /**
   * Puts a message as a packet behind those that were gathered for the same sink, all in one piece of memory: a view of each
   * and a copy into the stream's would take a quarter of a sender's time. Returns its length. Throws as `encode` does.
   */
  gather<T>(type: MessageType<T>, value: T, sink: PacketSink): number {
    if (this.#sink !== sink) {
      this.flush()
      this.#sink = sink
    }
    this.#write(type, value)
    return this.#writer.keep()
  }

  /** How many bytes are gathered for a sink. */
  gathered(sink: PacketSink): number {
    return this.#sink === sink ? this.#writer.waiting : 0
  }

  /** Gives back the packet that was gathered last, which has so many bytes. Those before it go on. */
  takeBack(length: number): Uint8Array {
    const packets = this.#writer.take()
    const at = packets.length - length
    if (at > 0) this.#sink?.write(packets.subarray(0, at))
    return packets.subarray(at)
  }

  /** Sends what was gathered, for whomever it was. */
  flush(): void {
    const sink = this.#sink
    if (sink === undefined) return
    this.#sink = undefined
    if (this.#writer.waiting > 0) sink.write(this.#writer.take())
  }

  #write<T>(type: MessageType<T>, value: T): void {
    const { command, codec, maxBytes } = type
    const writer = this.#writer
    const head = this.#head?.type === type ? this.#head : (this.#head = this.#headOf(type))
    try {
      writer.bytes(head.bytes)
      const begin = writer.beginSized()
      codec.encode(writer, value)
      const payload = writer.endSized(begin)
      if (payload > maxBytes) {
        throw new MessageError("too-large", `a ${command} of ${payload} bytes, ${maxBytes} are allowed`)
      }
    } catch (error) {
      writer.discard()
      throw error
    }
  }

  #headOf(type: MessageType<unknown>): PacketHead {
    const known = this.#heads.get(type)
    if (known !== undefined) return known
    const { commandBytes } = type
    const writer = new Writer(this.magic.length + MAX_LENGTH_BYTES + commandBytes.length)
    writer.bytes(this.magic)
    writer.blob(commandBytes)
    const head = { type, bytes: writer.take() }
    this.#heads.set(type, head)
    return head
  }
}

interface PacketHead {
  readonly type: MessageType<unknown>
  readonly bytes: Uint8Array
}
