/** One place in a {@link LinkedList}. */
export interface Link<T> {
  readonly value: T
  previous: Link<T> | undefined
  next: Link<T> | undefined
  linked: boolean
}

/** First in, first out, and anyone may leave from the middle. Every operation takes constant time. */
export class LinkedList<T> {
  #first: Link<T> | undefined
  #last: Link<T> | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Appends `value`. Keep what is returned to be able to remove it. */
  push(value: T): Link<T> {
    const link: Link<T> = { value, previous: this.#last, next: undefined, linked: true }
    if (this.#last === undefined) this.#first = link
    else this.#last.next = link
    this.#last = link
    this.#size++
    return link
  }

  /** Removes the first link and returns it. */
  shift(): Link<T> | undefined {
    const first = this.#first
    if (first !== undefined) this.remove(first)
    return first
  }

  /** Removes one after the other, until none is left. */
  *drain(): Generator<T, void> {
    for (let link = this.shift(); link !== undefined; link = this.shift()) yield link.value
  }

  /** Removes a link of this list. Removing it again does nothing. */
  remove(link: Link<T>): void {
    if (!link.linked) return
    const { previous, next } = link
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    // A link that somebody still holds must not keep its old neighbours in memory.
    link.previous = undefined
    link.next = undefined
    link.linked = false
    this.#size--
  }
}
