/** Room beyond what is needed at once, so that a length that turns out wider does not move a long text to new memory. */
const SPARE_BYTES = 64

/**
 * A piece of memory in which byte strings are put behind each other: the one that is being written, and before it those that
 * wait to be taken with it. When there is no more room it goes on in another piece.
 */
export abstract class Slab {
  readonly #chunkBytes: number
  protected memory: Uint8Array<ArrayBuffer>
  /** Where what waits to be taken begins. */
  #first = 0
  /** Where the byte string that is being written begins. */
  protected start = 0
  protected end = 0

  /** @param chunkBytes How much memory is taken at a time. Default 8 KiB. More when one byte string needs more. */
  constructor(chunkBytes = 8192) {
    this.#chunkBytes = chunkBytes
    this.memory = new Uint8Array(chunkBytes)
  }

  /** How many bytes were written since the last `take`, `keep` or `discard`. */
  get length(): number {
    return this.end - this.start
  }

  /** How many bytes a `take` would give. */
  get waiting(): number {
    return this.end - this.#first
  }

  /** What was written since the last `take`, but for what was discarded. Not copied, and never touched again by this writer. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.memory.subarray(this.#first, this.end)
    this.#first = this.end
    this.begin(this.end)
    return taken
  }

  /** Ends a byte string, and leaves it to the next `take`. Returns its length. */
  keep(): number {
    const { length } = this
    this.begin(this.end)
    return length
  }

  /** Drops what was written since the last `take` or `keep`. */
  discard(): void {
    this.begin(this.start)
  }

  /** A byte string begins. */
  protected begin(start: number): void {
    this.start = start
    this.end = start
  }

  /** Makes room for `length` bytes, counts them as written and says where they begin. `memory` may be another one after. */
  protected advance(length: number): number {
    this.reserve(length)
    const at = this.end
    this.end = at + length
    return at
  }

  /** Makes room for `length` bytes. `memory` may be another one after. */
  protected reserve(length: number): void {
    if (this.end + length <= this.memory.length) return
    const waiting = this.memory.subarray(this.#first, this.end)
    const need = waiting.length + length
    this.memory = new Uint8Array(
      need <= this.#chunkBytes ? this.#chunkBytes : Math.max(need + SPARE_BYTES, 2 * waiting.length),
    )
    this.memory.set(waiting)
    this.start -= this.#first
    this.end -= this.#first
    this.#first = 0
  }
}
