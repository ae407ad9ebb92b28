import type { ByteStream, Clock } from "@dchat/runtime"
import { ManualResetEvent } from "@dchat/task"

/**
 * As much is given to a stream ahead of what it has sent, in bytes, and no packet more of which a part has been given. What is
 * urgent has to wait for that alone: 2 s on a line of 64 kB/s. Half of it, or twice as much, makes no difference to how fast a
 * backlog leaves (measured).
 */
export const STREAM_BYTES = 128 * 1024

/**
 * A stream gets a packet that is longer in pieces of so many bytes: it does not say how much of a piece has left, so that they
 * show who reads slowly from who does not read.
 */
export const PIECE_BYTES = 64 * 1024

/** Packets that wait for a stream which has enough, in order. Moves them on until none is left, and is of no use then. */
export class Backlog {
  readonly #stream: ByteStream
  readonly #give: (bytes: Uint8Array) => void
  readonly #done: () => void
  #packets: Uint8Array[] = []
  #head = 0
  /** How much of the first packet has been given. */
  #at: number
  /** What is urgent, and came when a part of the first packet had been given. */
  #urgent: Uint8Array[] = []
  bytes = 0
  /** Set when the last packet has moved on or was dropped. */
  readonly nothing = new ManualResetEvent()

  /**
   * @param first A packet, and how much of it the stream has been given.
   * @param give Gives bytes to the stream.
   * @param done Called when nothing waits any more: from then on nothing may be added.
   */
  constructor(
    stream: ByteStream,
    clock: Pick<Clock, "defer">,
    first: { readonly packet: Uint8Array; readonly given: number },
    give: (bytes: Uint8Array) => void,
    done: () => void,
  ) {
    this.#stream = stream
    this.#give = give
    this.#done = done
    this.#at = first.given
    this.add(first.packet)
    this.bytes -= first.given
    void this.#moveOn(clock)
  }

  add(packet: Uint8Array): void {
    this.#packets.push(packet)
    this.bytes += packet.length
  }

  /** Goes ahead of all that waits, but not into the middle of a packet. */
  addUrgent(packet: Uint8Array): void {
    if (this.#at === 0) {
      this.#give(packet)
      return
    }
    this.#urgent.push(packet)
    this.bytes += packet.length
  }

  /** How many bytes wait that go ahead of what is urgent and is added now. */
  get ahead(): number {
    if (this.#at === 0) return 0
    const urgent = this.#urgent.reduce((sum, { length }) => sum + length, 0)
    return (this.#packets[this.#head] as Uint8Array).length - this.#at + urgent
  }

  /** Gives all that waits to the stream, which takes any amount. */
  moveAll(): void {
    while (this.bytes > 0) this.#movePiece(Infinity)
  }

  drop(): void {
    this.#packets = []
    this.#head = 0
    this.#at = 0
    this.#urgent = []
    this.bytes = 0
  }

  async #moveOn(clock: Pick<Clock, "defer">): Promise<void> {
    do {
      await this.#stream.drained()
      // A stream that broke has drained, too: whoever reads it learns of that within this turn, and drops what waits.
      await new Promise<void>((resolve) => clock.defer(resolve))
      // One at least, whatever a stream calls drained.
      do {
        if (this.bytes > 0) this.#movePiece(Math.max(1, STREAM_BYTES - this.#stream.bufferedBytes))
      } while (this.bytes > 0 && this.#stream.bufferedBytes < STREAM_BYTES)
    } while (this.bytes > 0)
    this.#done()
    this.nothing.set()
  }

  #movePiece(room: number): void {
    const packet = this.#packets[this.#head] as Uint8Array
    const piece = pieceOf(packet, this.#at, room)
    this.#at += piece.length
    this.bytes -= piece.length
    this.#give(piece)
    if (this.#at === packet.length) this.#end()
  }

  /** The first packet has been given. */
  #end(): void {
    this.#at = 0
    this.#head++
    if (this.#head === this.#packets.length) {
      this.#packets = []
      this.#head = 0
    } else if (this.#head === 1024) {
      this.#packets.splice(0, this.#head)
      this.#head = 0
    }
    const urgent = this.#urgent
    this.#urgent = []
    for (const packet of urgent) {
      this.bytes -= packet.length
      this.#give(packet)
    }
  }
}

/** The next piece of a packet that is given in pieces, from `at` on. */
export function pieceOf(packet: Uint8Array, at: number, room: number): Uint8Array {
  const size = Math.min(packet.length - at, PIECE_BYTES, room)
  return size === packet.length ? packet : packet.subarray(at, at + size)
}
