/** Something that happens at a moment of virtual time. */
export interface HeapEvent {
  time: number
  /** Tells events of one moment apart: the one that was scheduled first has the lower number. */
  sequence: number
}

/** A binary heap: the earliest event first, and of one moment's the one that was scheduled first. */
export class EventHeap<E extends HeapEvent> {
  #events: E[] = []

  get size(): number {
    return this.#events.length
  }

  peek(): E | undefined {
    return this.#events[0]
  }

  push(event: E): void {
    const events = this.#events
    let index = events.length
    events.push(event)
    while (index > 0) {
      const parentIndex = (index - 1) >>> 1
      const parent = events[parentIndex] as E
      if (!isBefore(event, parent)) break
      events[index] = parent
      index = parentIndex
    }
    events[index] = event
  }

  pop(): E | undefined {
    const events = this.#events
    const first = events[0]
    const last = events.pop()
    if (last !== undefined && last !== first) this.#sink(last, 0)
    return first
  }

  /** Keeps only the events that `keep` says. */
  filter(keep: (event: E) => boolean): void {
    this.#events = this.#events.filter(keep)
    for (let index = (this.#events.length >>> 1) - 1; index >= 0; index--) this.#sink(this.#events[index] as E, index)
  }

  #sink(event: E, from: number): void {
    const events = this.#events
    const length = events.length
    let index = from
    for (;;) {
      let childIndex = 2 * index + 1
      if (childIndex >= length) break
      let child = events[childIndex] as E
      const right = events[childIndex + 1]
      if (right !== undefined && isBefore(right, child)) {
        child = right
        childIndex++
      }
      if (!isBefore(child, event)) break
      events[index] = child
      index = childIndex
    }
    events[index] = event
  }
}

function isBefore(a: HeapEvent, b: HeapEvent): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence)
}
