import type { ByteStream, Clock } from "@dchat/runtime"
import { ManualResetEvent } from "@dchat/task"

/**
 * As much is given to a stream ahead of what it has sent, and one packet, in bytes. What is urgent has to wait for that
 * alone: 2 s on a line of 64 kB/s. Half of it, or twice as much, makes no difference to how fast a backlog leaves (measured).
 */
export const STREAM_BYTES = 128 * 1024

/** Packets that wait for a stream which has enough, in order. Moves them on until none is left, and is of no use then. */
export class Backlog {
  readonly #stream: ByteStream
  readonly #done: () => void
  #packets: Uint8Array[] = []
  #head = 0
  bytes = 0
  /** Set when the last packet has moved on or was dropped. */
  readonly nothing = new ManualResetEvent()

  /** @param done Called when nothing waits any more: from then on nothing may be added. */
  constructor(stream: ByteStream, clock: Pick<Clock, "defer">, done: () => void) {
    this.#stream = stream
    this.#done = done
    void this.#moveOn(clock)
  }

  add(packet: Uint8Array): void {
    this.#packets.push(packet)
    this.bytes += packet.length
  }

  /** Gives all that waits to the stream, which takes any amount. */
  moveAll(): void {
    while (this.bytes > 0) this.#moveOne()
  }

  drop(): void {
    this.#packets = []
    this.#head = 0
    this.bytes = 0
  }

  async #moveOn(clock: Pick<Clock, "defer">): Promise<void> {
    do {
      await this.#stream.drained()
      // A stream that broke has drained, too: whoever reads it learns of that within this turn, and drops what waits.
      await new Promise<void>((resolve) => clock.defer(resolve))
      // One at least, whatever a stream calls drained.
      do {
        if (this.bytes > 0) this.#moveOne()
      } while (this.bytes > 0 && this.#stream.bufferedBytes < STREAM_BYTES)
    } while (this.bytes > 0)
    this.#done()
    this.nothing.set()
  }

  #moveOne(): void {
    const packet = this.#packets[this.#head++] as Uint8Array
    this.bytes -= packet.length
    this.#stream.write(packet)
    if (this.#head === this.#packets.length) {
      this.#packets = []
      this.#head = 0
    } else if (this.#head === 1024) {
      this.#packets.splice(0, this.#head)
      this.#head = 0
    }
  }
}
