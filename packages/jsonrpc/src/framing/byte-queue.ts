const EMPTY = new Uint8Array(0)

/**
 * Bytes that wait for the rest of their message. They are copied into one array that doubles, so that a peer who sends
 * byte by byte costs no more than the bytes, and a few waiting bytes do not keep a whole chunk alive.
 */
export class ByteQueue {
  #bytes: Uint8Array = EMPTY
  #length = 0

  get length(): number {
    return this.#length
  }

  push(bytes: Uint8Array): void {
    const length = this.#length + bytes.length
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.#length * 2))
      grown.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = grown
    }
    this.#bytes.set(bytes, this.#length)
    this.#length = length
  }

  /** All the bytes that wait, followed by `rest`. Afterwards none waits. */
  takeWith(rest: Uint8Array): Uint8Array {
    if (this.#length === 0) return rest
    this.push(rest)
    const all = this.#bytes.subarray(0, this.#length)
    this.clear()
    return all
  }

  clear(): void {
    this.#bytes = EMPTY
    this.#length = 0
  }
}
