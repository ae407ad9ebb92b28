const SLAB_BYTES = 8 * 1024

/** Copies above this size have an array of their own. */
const SMALL_BYTES = 1024

/**
 * Joins what is sent into bytes that nobody else has: the sender may have sent the same to others, and what arrives
 * belongs to the reader. Small ones share the memory behind them, for memory of its own costs more than the copy.
 */
export class Copier {
  #slab = new ArrayBuffer(SLAB_BYTES)
  #used = 0

  copy(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    let length = 0
    for (const part of parts) length += part.length
    const copy = this.#take(length)
    let at = 0
    for (const part of parts) {
      copy.set(part, at)
      at += part.length
    }
    return copy
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    if (length > SMALL_BYTES) return new Uint8Array(length)
    if (this.#used + length > SLAB_BYTES) {
      this.#slab = new ArrayBuffer(SLAB_BYTES)
      this.#used = 0
    }
    const bytes = new Uint8Array(this.#slab, this.#used, length)
    this.#used += length
    return bytes
  }
}
