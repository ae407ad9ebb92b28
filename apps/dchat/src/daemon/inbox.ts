import { type Cancellable, ManualResetEvent } from "@dchat/task"

/** A message that has come in. */
export interface ReceivedMessage {
  /** Counts up by one from the first message that this daemon got, which has 1. */
  readonly number: number
  /** When it came in: milliseconds since 1970. */
  readonly time: number
  readonly text: string
  /** The address of the peer that it came from. */
  readonly peer: string
  /** What made the connection to that peer: `inbound`, `outbound`, `manual` or `direct`. */
  readonly session: string
}

/** What an {@link Inbox} keeps at most. */
export interface InboxLimits {
  readonly messages: number
  /** Of all texts together, in bytes, as JSON has them. The newest message is kept whatever its size. */
  readonly bytes: number
}

/** So that the answer to `recv` stays well below the 16 MiB that readers of lines allow (darkfi-rpc-and-apps 2.1). */
const DEFAULT_LIMITS: InboxLimits = { messages: 10_000, bytes: 8 * 1024 * 1024 }

/**
 * The messages that have come in since the daemon started, oldest first. It begins with an empty one, as the reference's
 * does (darkfi-rpc-and-apps 3.1). When it is full the oldest go, and are counted.
 */
export class Inbox {
  readonly #limits: InboxLimits
  readonly #arrival = new ManualResetEvent()
  readonly #kept: { readonly message: ReceivedMessage; readonly bytes: number }[]
  #bytes: number
  #dropped = 0

  constructor(limits: InboxLimits = DEFAULT_LIMITS) {
    this.#limits = limits
    const first = { number: 0, time: 0, text: "", peer: "", session: "" }
    this.#bytes = jsonBytes(first.text)
    this.#kept = [{ message: first, bytes: this.#bytes }]
  }

  /** How many messages went because there was no room. */
  get dropped(): number {
    return this.#dropped
  }

  /** The texts that are kept. */
  get texts(): string[] {
    return this.#kept.map(({ message }) => message.text)
  }

  /** The messages that are kept and whose number is above `number`. Who asks too late finds a gap in the numbers. */
  after(number: number): ReceivedMessage[] {
    return this.#kept.slice(Math.max(0, number + 1 - this.#dropped)).map(({ message }) => message)
  }

  /** Waits until there is a message whose number is above `number`. Rejects with the signal's reason. */
  async arrivalAfter(number: number, options?: Cancellable): Promise<void> {
    while (this.#nextNumber <= number + 1) await this.#arrival.wait(options)
  }

  /** Takes a message in and gives it its number. */
  add(message: Omit<ReceivedMessage, "number">): void {
    const bytes = jsonBytes(message.text)
    this.#kept.push({ message: { ...message, number: this.#nextNumber }, bytes })
    this.#bytes += bytes
    while (this.#isOverfull && this.#kept.length > 1) this.#dropOldest()
    this.#arrival.set()
    this.#arrival.reset()
  }

  get #nextNumber(): number {
    return this.#dropped + this.#kept.length
  }

  get #isOverfull(): boolean {
    return this.#kept.length > this.#limits.messages || this.#bytes > this.#limits.bytes
  }

  #dropOldest(): void {
    this.#bytes -= this.#kept.shift()?.bytes ?? 0
    this.#dropped++
  }
}

const encoder = new TextEncoder()

function jsonBytes(text: string): number {
  return encoder.encode(JSON.stringify(text)).length
}
