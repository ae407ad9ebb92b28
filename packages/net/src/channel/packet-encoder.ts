import { Writer } from "@dchat/wire"
import { MessageError, type MessageType } from "../message/message.ts"

/** Makes packets, each in one piece of memory (darkfi-net 2.1). One encoder serves all channels of a node. */
export class PacketEncoder {
  /** The four bytes that begin each packet of the network. */
  readonly magic: Uint8Array
  readonly #writer = new Writer()

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
  encode<T>({ command, commandBytes, codec, maxBytes }: MessageType<T>, value: T): Uint8Array {
    const writer = this.#writer
    try {
      writer.bytes(this.magic)
      writer.blob(commandBytes)
      let payload = 0
      writer.sized(() => {
        const start = writer.length
        codec.encode(writer, value)
        payload = writer.length - start
      })
      if (payload > maxBytes) {
        throw new MessageError("too-large", `a ${command} of ${payload} bytes, ${maxBytes} are allowed`)
      }
      return writer.take()
    } finally {
      writer.discard()
    }
  }
}
