import type { SessionKind } from "@dchat/net"
import type { MessageKind } from "./trace/record.ts"
import type { Trace } from "./trace/trace.ts"

/** No more errors than these are kept. */
const MOST_ERRORS = 100

/** A message of an application, and what became of it. */
export interface SentMessage {
  readonly id: string
  readonly kind: MessageKind
  /** The index of who sent it. */
  readonly from: number
  /** Virtual milliseconds, as all times here. */
  readonly at: number
  /** When it first arrived at each node, by index; NaN where it has not. */
  readonly arrivals: Float64Array
  /** How many copies arrived, the first ones included. */
  copies: number
  /** How often it was shown to a user who had seen it. */
  repeats: number
}

/** How the number of channels that one honest node has to another changed. */
export interface ChannelChange {
  readonly at: number
  /** The index of the node. */
  readonly node: number
  readonly change: 1 | -1
}

/** A ban, as the banning node sees it. */
export interface Ban {
  readonly at: number
  readonly node: string
  /** The name of who was banned. */
  readonly peer: string
  readonly why: string
}

/** Something that was done to the network. */
export interface Fault {
  readonly at: number
  readonly what: string
}

/** One end of a channel. */
export interface ChannelEnd {
  readonly node: string
  readonly index: number
  readonly peer: string
  /** Of an honest peer. */
  readonly peerIndex: number | undefined
  readonly session: SessionKind
}

/** What has happened, in the form that judges and tables need; and as a trace. */
export class Journal {
  readonly messages = new Map<string, SentMessage>()
  readonly bans: Ban[] = []
  readonly faults: Fault[] = []
  readonly errors: string[] = []
  readonly trace: Trace
  readonly #changes = new Map<number, ChannelChange[]>()
  readonly #now: () => number
  readonly #nodes: number

  /** @param nodes How many honest nodes there are. */
  constructor(nodes: number, now: () => number, trace: Trace) {
    this.#nodes = nodes
    this.#now = now
    this.trace = trace
  }

  /** Throws when there was a message of that id before. */
  sent(kind: MessageKind, id: string, node: string, index: number): void {
    if (this.messages.has(id)) throw new Error(`a message "${id}" was sent before; give each a text of its own`)
    const arrivals = new Float64Array(this.#nodes).fill(NaN)
    this.messages.set(id, { id, kind, from: index, at: this.#now(), arrivals, copies: 0, repeats: 0 })
    this.trace.write({ event: "send", node, kind, id })
  }

  /** A copy has come in. Of messages that no honest node has sent only the trace knows. */
  arrived(kind: MessageKind, id: string, { node, index, peer }: ChannelEnd): void {
    this.trace.write({ event: "recv", node, peer, kind, id })
    const message = this.messages.get(id)
    if (message === undefined || message.kind !== kind) return
    message.copies++
    if (Number.isNaN(message.arrivals[index])) message.arrivals[index] = this.#now()
    else if (kind === "chat") message.repeats++
  }

  up(end: ChannelEnd): void {
    this.#change(end, 1)
    this.trace.write({ event: "up", node: end.node, peer: end.peer, session: end.session })
  }

  down(end: ChannelEnd, why: string): void {
    this.#change(end, -1)
    this.trace.write({ event: "down", node: end.node, peer: end.peer, why })
  }

  banned(node: string, peer: string, why: string): void {
    this.bans.push({ at: this.#now(), node, peer, why })
    this.trace.write({ event: "ban", node, peer, why })
  }

  fault(what: string): void {
    this.faults.push({ at: this.#now(), what })
    this.trace.write({ event: "fault", what })
  }

  error(what: string): void {
    if (this.errors.length < MOST_ERRORS) this.errors.push(`at ${Math.round(this.#now())} ms: ${what}`)
    this.trace.write({ event: "error", what })
  }

  /** For each two honest nodes that ever had a channel: their indices, and what changed, in order. */
  *pairs(): Iterable<{ readonly a: number; readonly b: number; readonly changes: readonly ChannelChange[] }> {
    for (const [key, changes] of this.#changes)
      yield { a: Math.floor(key / this.#nodes), b: key % this.#nodes, changes }
  }

  #change({ index, peerIndex }: ChannelEnd, change: 1 | -1): void {
    if (peerIndex === undefined) return
    const key = Math.min(index, peerIndex) * this.#nodes + Math.max(index, peerIndex)
    const changes = this.#changes.get(key)
    const entry = { at: this.#now(), node: index, change } as const
    if (changes === undefined) this.#changes.set(key, [entry])
    else changes.push(entry)
  }
}
