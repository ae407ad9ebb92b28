import { DecodeError, Reader } from "@dchat/wire"
import { MAX_COMMAND_BYTES, type MessageType } from "../message/message.ts"
import { isSkippable, type PeerFault } from "./fault.ts"

/** What came out of a stream of bytes. */
export type PacketEvent =
  /** A whole message. `bytes` is the length of its payload. */
  | { readonly kind: "message"; readonly type: MessageType<unknown>; readonly value: unknown; readonly bytes: number }
  /** A packet that is wrong and was, or will be, skipped. Only of a patient decoder. */
  | { readonly kind: "skipped"; readonly fault: PeerFault }
  /** The stream is wrong from here on; nothing follows. */
  | { readonly kind: "fault"; readonly fault: PeerFault }

/** Finds the message whose command is the bytes from `start` up to, not including, `end`. */
export type MessageLookup = (bytes: Uint8Array, start: number, end: number) => MessageType<unknown> | undefined

/** How a {@link PacketDecoder} works. */
export interface PacketDecoderOptions {
  /** The four bytes that begin each packet of the network. */
  readonly magic: Uint8Array
  readonly lookup: MessageLookup
  /** Skips packets that are wrong where that can be done, instead of giving up. Default false. */
  readonly patient?: boolean
}

/** What the decoder waits for. */
type State =
  | { readonly at: "header" }
  | { readonly at: "payload"; readonly type: MessageType<unknown>; readonly buffer: PayloadBuffer }
  | { readonly at: "skip"; left: number }
  | { readonly at: "end" }

const HEADER: State = { at: "header" }
const END: State = { at: "end" }
const NOTHING = new Uint8Array()

/**
 * Packets from bytes that come in pieces of any size (darkfi-net 2). Does no I/O: push bytes in, take events out until there
 * are none. The events do not depend on where the pieces were cut. What it holds is the piece that was pushed last until
 * that is read to its end, a part of one header, and as much of one payload as has really arrived.
 */
export class PacketDecoder {
  readonly #magic: Uint8Array
  readonly #lookup: MessageLookup
  readonly #patient: boolean
  #bytes: Uint8Array = NOTHING
  #at = 0
  #state: State = HEADER

  constructor({ magic, lookup, patient = false }: PacketDecoderOptions) {
    this.#magic = magic
    this.#lookup = lookup
    this.#patient = patient
  }

  /** Takes bytes, which must not change afterwards. Take all events before pushing again, or what is left is copied. */
  push(chunk: Uint8Array): void {
    if (this.#left === 0) this.#bytes = chunk
    else this.#bytes = concat(this.#bytes.subarray(this.#at), chunk)
    this.#at = 0
  }

  /** The next event, or undefined when more bytes are needed. */
  next(): PacketEvent | undefined {
    for (;;) {
      const state = this.#state
      switch (state.at) {
        case "header": {
          const event = this.#readHeader()
          if (event !== undefined) return event
          if (this.#state !== HEADER) break
          if (this.#left === 0) this.#forget()
          return undefined
        }
        case "payload": {
          this.#at += state.buffer.fill(this.#bytes, this.#at)
          if (!state.buffer.isFull) return undefined
          this.#state = HEADER
          return this.#decode(state.type, state.buffer.bytes, 0, state.buffer.bytes.length)
        }
        case "skip": {
          const skipped = Math.min(state.left, this.#left)
          this.#at += skipped
          state.left -= skipped
          if (state.left > 0) return undefined
          this.#state = HEADER
          break
        }
        case "end":
          this.#forget()
          return undefined
      }
    }
  }

  /** An idle stream keeps no piece that was read to its end. */
  #forget(): void {
    this.#bytes = NOTHING
    this.#at = 0
  }

  get #left(): number {
    return this.#bytes.length - this.#at
  }

  /** Reads a header, and the payload with it if that is here. Returns undefined after a change of state, too. */
  #readHeader(): PacketEvent | undefined {
    const bytes = this.#bytes
    const magic = this.#magic
    const at = this.#at + magic.length
    if (bytes.length < at) return undefined
    for (let i = 0; i < magic.length; i++) {
      if (bytes[this.#at + i] !== magic[i]) {
        return this.#fail({ kind: "wrong-magic", got: bytes.slice(this.#at, at) })
      }
    }

    const commandLength = readLength(bytes, at)
    if (commandLength === INCOMPLETE) return undefined
    if (commandLength === NON_MINIMAL) return this.#fail({ kind: "bad-command-length" })
    if (commandLength > MAX_COMMAND_BYTES) return this.#fail({ kind: "command-too-long", length: commandLength })
    const commandStart = at + sizeOfLength(bytes, at)
    const commandEnd = commandStart + commandLength
    if (bytes.length < commandEnd) return undefined
    const type = this.#lookup(bytes, commandStart, commandEnd)
    const command = type?.command ?? decodeCommand(bytes, commandStart, commandEnd)
    if (command === undefined) return this.#fail({ kind: "command-not-utf8" })
    if (type === undefined && !this.#patient) return this.#fail({ kind: "unknown-command", command })

    const length = readLength(bytes, commandEnd)
    if (length === INCOMPLETE) return undefined
    if (length === NON_MINIMAL) return this.#fail({ kind: "bad-payload-length", command })
    const start = commandEnd + sizeOfLength(bytes, commandEnd)
    if (type === undefined) return this.#skip({ kind: "unknown-command", command }, start, length)
    if (length > type.maxBytes) {
      return this.#skip({ kind: "payload-too-long", command, length, limit: type.maxBytes }, start, length)
    }
    if (bytes.length < start + length) {
      this.#at = start
      this.#state = { at: "payload", type, buffer: new PayloadBuffer(length) }
      return undefined
    }
    this.#at = start + length
    return this.#decode(type, bytes, start, start + length)
  }

  #decode(type: MessageType<unknown>, bytes: Uint8Array, start: number, end: number): PacketEvent {
    const reader = new Reader(bytes, start, end)
    let value: unknown
    try {
      value = type.codec.decode(reader)
    } catch (cause) {
      // Where the mistake is counts from the start of the payload, wherever that is in the piece.
      if (start > 0) return this.#decode(type, bytes.subarray(start, end), 0, end - start)
      return this.#wrong({ kind: "bad-payload", command: type.command, error: toDecodeError(cause, reader) })
    }
    if (reader.remaining === 0) return { kind: "message", type, value, bytes: end - start }
    return this.#wrong({ kind: "surplus-payload", command: type.command, surplus: reader.remaining })
  }

  #skip(fault: PeerFault, start: number, length: number): PacketEvent {
    this.#at = start
    this.#state = { at: "skip", left: length }
    return this.#wrong(fault)
  }

  #wrong(fault: PeerFault): PacketEvent {
    return this.#patient && isSkippable(fault) ? { kind: "skipped", fault } : this.#fail(fault)
  }

  #fail(fault: PeerFault): PacketEvent {
    this.#state = END
    return { kind: "fault", fault }
  }
}

/** What a codec of an application's own throws, whatever it is, ends no program: a peer has chosen the bytes. */
function toDecodeError(cause: unknown, reader: Reader): DecodeError {
  if (cause instanceof DecodeError) return cause
  return reader.error("bad-value", cause instanceof Error ? cause.message : String(cause), reader.offset, { cause })
}

/** The least that is set aside for a payload of which little has arrived. */
const FIRST_BYTES = 4096

/** A payload that arrives in pieces. Never much larger than what has arrived, whatever length was claimed. */
class PayloadBuffer {
  readonly #length: number
  #filled = 0
  bytes: Uint8Array

  constructor(length: number) {
    this.#length = length
    this.bytes = new Uint8Array(Math.min(length, FIRST_BYTES))
  }

  get isFull(): boolean {
    return this.#filled === this.#length
  }

  /** Takes what it needs of `chunk` from `start` on; returns how much that was. */
  fill(chunk: Uint8Array, start: number): number {
    const taken = Math.min(this.#length - this.#filled, chunk.length - start)
    const filled = this.#filled + taken
    if (filled > this.bytes.length) {
      const larger = new Uint8Array(Math.min(this.#length, Math.max(filled, 2 * this.bytes.length)))
      larger.set(this.bytes.subarray(0, this.#filled))
      this.bytes = larger
    }
    this.bytes.set(chunk.subarray(start, start + taken), this.#filled)
    this.#filled = filled
    return taken
  }
}

/** What {@link readLength} says when there is no length to return. */
const INCOMPLETE = -1
const NON_MINIMAL = -2

/** How many bytes a VarInt takes. */
function sizeOfLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number
  return first < 0xfd ? 1 : first === 0xfd ? 3 : first === 0xfe ? 5 : 9
}

/** Reads a VarInt of which a part may be missing. A value above 2^53 is not exact, but longer than any limit. */
function readLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]
  if (first === undefined) return INCOMPLETE
  if (first < 0xfd) return first
  const size = sizeOfLength(bytes, at)
  if (bytes.length < at + size) return INCOMPLETE
  let value = 0
  for (let i = at + size - 1; i > at; i--) value = value * 256 + (bytes[i] as number)
  const least = first === 0xfd ? 0xfd : first === 0xfe ? 0x1_0000 : 0x1_0000_0000
  return value < least ? NON_MINIMAL : value
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

function decodeCommand(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return utf8.decode(bytes.subarray(start, end))
  } catch {
    return undefined
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}
