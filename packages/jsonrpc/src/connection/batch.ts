import { batchText } from "../message/serialise.ts"
import { itemTexts } from "../message/slice.ts"

/** The place of a request in the batch that it came in. */
export interface BatchSlot {
  readonly batch: IncomingBatch
  readonly index: number
}

/** A batch that came in: gathers its replies, in the order of the requests, whichever is ready first. */
export class IncomingBatch {
  readonly #replies: (string | undefined)[]
  #open: number
  #texts: readonly string[] | undefined

  /**
   * @param size Messages in the batch.
   * @param open How many of them are to be answered.
   */
  constructor(size: number, open: number) {
    this.#replies = new Array<string | undefined>(size)
    this.#open = open
  }

  /** The text of the message at `index` of the batch that came as `text`. */
  textAt(index: number, text: string): string {
    this.#texts ??= itemTexts(text)
    return this.#texts[index] ?? "{}"
  }

  /**
   * Takes the reply to the message at `index`; `undefined` when it gets none after all. Gives the text of the whole batch
   * once the last reply is there, if there is any.
   */
  put(index: number, reply: string | undefined): string | undefined {
    if (this.#replies[index] !== undefined) return undefined
    this.#replies[index] = reply
    this.#open--
    if (this.#open > 0) return undefined
    const replies = this.#replies.filter((text) => text !== undefined)
    return replies.length === 0 ? undefined : batchText(replies)
  }
}
