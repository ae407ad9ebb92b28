/** Each event has so many below it: with four, which lie beside each other, there are half as many steps as with two. */
const CHILDREN = 4
const FIRST_ROOM = 64

/**
 * A heap: the earliest event first, and of one moment's the one that was put in first. Times lie in arrays of numbers, so
 * that to compare two events is not to look for them all over the memory.
 */
export class EventHeap<E extends object> {
  #events: E[] = []
  #times = new Float64Array(FIRST_ROOM)
  /** Tells events of one moment apart: the one that was put in first has the lower number. */
  #sequences = new Float64Array(FIRST_ROOM)
  #pushed = 0

  get size(): number {
    return this.#events.length
  }

  /** The moment of the first event; Infinity when there is none. */
  get firstTime(): number {
    return this.#events.length === 0 ? Infinity : (this.#times[0] as number)
  }

  peek(): E | undefined {
    return this.#events[0]
  }

  push(event: E, time: number): void {
    const events = this.#events
    const at = events.length
    events.push(event)
    if (at === this.#times.length) this.#grow()
    this.#rise(event, time, this.#pushed++, at)
  }

  pop(): E | undefined {
    const events = this.#events
    const first = events[0]
    const last = events.pop()
    const at = events.length
    if (last !== undefined && at > 0) this.#sink(last, this.#times[at] as number, this.#sequences[at] as number, 0)
    return first
  }

  /** Keeps only the events that `keep` says. */
  filter(keep: (event: E) => boolean): void {
    const events = this.#events
    let kept = 0
    for (let index = 0; index < events.length; index++) {
      const event = events[index] as E
      if (keep(event)) this.#put(event, this.#times[index] as number, this.#sequences[index] as number, kept++)
    }
    events.length = kept
    for (let index = Math.floor((kept - 2) / CHILDREN); index >= 0; index--)
      this.#sink(events[index] as E, this.#times[index] as number, this.#sequences[index] as number, index)
  }

  #rise(event: E, time: number, sequence: number, from: number): void {
    let index = from
    while (index > 0) {
      const parent = Math.floor((index - 1) / CHILDREN)
      // What is put in last comes behind all of its moment.
      if ((this.#times[parent] as number) <= time) break
      this.#move(parent, index)
      index = parent
    }
    this.#put(event, time, sequence, index)
  }

  #sink(event: E, time: number, sequence: number, from: number): void {
    const times = this.#times
    const sequences = this.#sequences
    const { length } = this.#events
    let index = from
    for (;;) {
      const firstChild = CHILDREN * index + 1
      if (firstChild >= length) break
      const end = Math.min(firstChild + CHILDREN, length)
      let child = firstChild
      let childTime = times[child] as number
      for (let other = firstChild + 1; other < end; other++) {
        const otherTime = times[other] as number
        if (otherTime > childTime) continue
        if (otherTime === childTime && (sequences[other] as number) > (sequences[child] as number)) continue
        child = other
        childTime = otherTime
      }
      if (childTime > time || (childTime === time && (sequences[child] as number) > sequence)) break
      this.#move(child, index)
      index = child
    }
    this.#put(event, time, sequence, index)
  }

  #move(from: number, to: number): void {
    this.#put(this.#events[from] as E, this.#times[from] as number, this.#sequences[from] as number, to)
  }

  #put(event: E, time: number, sequence: number, at: number): void {
    this.#events[at] = event
    this.#times[at] = time
    this.#sequences[at] = sequence
  }

  #grow(): void {
    const grown = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const array = new Float64Array(2 * old.length)
      array.set(old)
      return array
    }
    this.#times = grown(this.#times)
    this.#sequences = grown(this.#sequences)
  }
}
