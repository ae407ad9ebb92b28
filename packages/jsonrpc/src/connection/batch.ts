import { byteLength } from "../message/byte-length.ts"
import { batchText } from "../message/serialise.ts"
import { itemTexts } from "../message/slice.ts"

/** The place of a request in the batch that it came in. */
export interface BatchSlot {
  readonly batch: IncomingBatch
  readonly index: number
}

/** Room that is kept for the error of each request that has no reply yet, in bytes. */
const ERROR_BYTES = 128

/** A batch that came in: gathers its replies, in the order of the requests, whichever is ready first. */
export class IncomingBatch {
  readonly #replies: (string | undefined)[]
  readonly #maxBytes: number
  #length = 0
  /** Counted when {@link #length} leaves a doubt whether there is room. */
  #bytes: number | undefined
  #open: number
  #texts: readonly string[] | undefined

  /**
   * @param size Messages in the batch.
   * @param open How many of them are to be answered.
   * @param maxBytes Of all the replies.
   */
  constructor(size: number, open: number, maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#replies = new Array<string | undefined>(size)
    this.#open = open
  }

  /** The text of the message at `index` of the batch that came as `text`. */
  textAt(index: number, text: string): string {
    this.#texts ??= itemTexts(text)
    return this.#texts[index] ?? "{}"
  }

  /** Whether a reply fits in, beside those that are there and an error for each that is to come. */
  hasRoomFor(reply: string): boolean {
    const room = this.#maxBytes - (this.#open - 1) * ERROR_BYTES
    if (this.#bytes === undefined && (this.#length + reply.length) * 3 <= room) return true
    this.#bytes ??= this.#replies.reduce((sum, text) => sum + (text === undefined ? 0 : byteLength(text) + 1), 0)
    return this.#bytes + byteLength(reply) <= room
  }

  /** Whether every request has its reply. */
  get isComplete(): boolean {
    return this.#open <= 0
  }

  /**
   * Takes the reply to the message at `index`; `undefined` when it gets none after all. Gives the text of the whole batch
   * once the last reply is there, if there is any.
   */
  put(index: number, reply: string | undefined): string | undefined {
    if (this.#replies[index] !== undefined) return undefined
    this.#replies[index] = reply
    this.#length += (reply?.length ?? 0) + 1
    if (this.#bytes !== undefined && reply !== undefined) this.#bytes += byteLength(reply) + 1
    this.#open--
    if (this.#open > 0) return undefined
    const replies = this.#replies.filter((text) => text !== undefined)
    return replies.length === 0 ? undefined : batchText(replies)
  }
}
