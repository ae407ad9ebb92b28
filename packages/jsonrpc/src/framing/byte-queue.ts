const EMPTY = new Uint8Array(0)
/** What came in a piece of so many bytes is kept as it is. */
const KEEP_FROM_BYTES = 16 * 1024
/** The memory that small pieces are copied into grows up to so much. */
const MAX_BLOCK_BYTES = 64 * 1024

/**
 * Bytes that wait for the rest of their message.
 *
 * Large pieces are kept as they came until all are put together, with one copy. Small ones are copied behind each other, so
 * that a peer who sends byte by byte costs no more than the bytes, and a few waiting bytes do not keep a whole chunk alive.
 */
export class ByteQueue {
  /** What is not written any more, in order. */
  #parts: Uint8Array[] | undefined
  #partsLength = 0
  /** What small pieces are copied into, behind the parts. */
  #block: Uint8Array = EMPTY
  #used = 0

  get length(): number {
    return this.#partsLength + this.#used
  }

  /** @param bytes Must not change afterwards. */
  push(bytes: Uint8Array): void {
    if (bytes.length >= KEEP_FROM_BYTES) {
      this.#seal()
      this.#keep(bytes)
      return
    }
    const used = this.#used + bytes.length
    if (used > this.#block.length) this.#grow(used)
    this.#block.set(bytes, this.#used)
    this.#used += bytes.length
  }

  /** All the bytes that wait, followed by `rest`. Afterwards none waits. */
  takeWith(rest: Uint8Array): Uint8Array {
    const { length } = this
    if (length === 0) return rest
    this.#seal()
    const all = new Uint8Array(length + rest.length)
    let at = 0
    for (const part of this.#parts ?? []) {
      all.set(part, at)
      at += part.length
    }
    all.set(rest, at)
    this.clear()
    return all
  }

  clear(): void {
    this.#parts = undefined
    this.#partsLength = 0
    this.#block = EMPTY
    this.#used = 0
  }

  #keep(part: Uint8Array): void {
    this.#parts ??= []
    this.#parts.push(part)
    this.#partsLength += part.length
  }

  /** What is in the block becomes a part. */
  #seal(): void {
    if (this.#used > 0) this.#keep(this.#block.subarray(0, this.#used))
    this.#block = EMPTY
    this.#used = 0
  }

  /** Makes the block twice as large, or so large as is needed; a block that is large already is left to itself. */
  #grow(needed: number): void {
    const old = this.#block
    if (needed > MAX_BLOCK_BYTES) {
      this.#seal()
      this.#block = new Uint8Array(MAX_BLOCK_BYTES)
    } else {
      this.#block = new Uint8Array(Math.max(needed, old.length * 2))
      this.#block.set(old.subarray(0, this.#used))
    }
  }
}
