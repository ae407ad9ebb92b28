/** What a slab holds: enough for a good packet, little enough to keep. */
const SLAB_BYTES = 16 * 1024

/** Writes above this size go out as they are: copying them would cost more than another part. */
const COPY_MAX_BYTES = 4 * 1024

/** Slabs that wait to be used again. Shared by the streams of one network. */
export class SlabPool {
  readonly #free: Uint8Array[] = []

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(SLAB_BYTES)
  }

  give(slab: Uint8Array): void {
    if (this.#free.length < 16) this.#free.push(slab)
  }
}

/**
 * Small writes, gathered: they are copied behind each other into slabs, so that many become one. A write that stays
 * alone is not copied, and needs no slab: sending one message to a thousand peers takes no memory for each of them.
 */
export class WriteBuffer {
  readonly #pool: SlabPool
  #parts: Uint8Array[] = []
  #alone: Uint8Array | undefined
  #slab: Uint8Array | undefined
  #used = 0
  #length = 0

  constructor(pool: SlabPool) {
    this.#pool = pool
  }

  /** Bytes that wait. */
  get length(): number {
    return this.#length
  }

  /** Whether a small write of so many bytes has no room left in the slab, and would begin another. */
  isFullFor(size: number): boolean {
    return this.#slab !== undefined && size <= COPY_MAX_BYTES && this.#used + size > SLAB_BYTES
  }

  push(bytes: Uint8Array): void {
    const size = bytes.length
    this.#length += size
    if (size > COPY_MAX_BYTES) {
      this.#seal()
      this.#parts.push(bytes)
      return
    }
    if (this.#slab !== undefined && this.#used + size > SLAB_BYTES) this.#seal()
    if (this.#slab === undefined) {
      const first = this.#alone
      if (first === undefined) {
        this.#alone = bytes
        return
      }
      this.#alone = undefined
      this.#slab = this.#pool.take()
      this.#slab.set(first)
      this.#used = first.length
    }
    this.#slab.set(bytes, this.#used)
    this.#used += size
  }

  /**
   * Hands over all that waits, in order, and begins anew. The last slab is lent: give it back when its bytes have been
   * copied by whoever sends them, or forget it.
   */
  take(): { parts: Uint8Array[]; slab: Uint8Array | undefined } {
    const slab = this.#slab
    this.#seal()
    const parts = this.#parts
    this.#parts = []
    this.#length = 0
    return { parts, slab }
  }

  #seal(): void {
    if (this.#slab !== undefined) this.#parts.push(this.#slab.subarray(0, this.#used))
    else if (this.#alone !== undefined) this.#parts.push(this.#alone)
    this.#slab = undefined
    this.#alone = undefined
    this.#used = 0
  }
}
