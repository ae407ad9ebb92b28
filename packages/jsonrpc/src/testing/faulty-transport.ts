import type { Clock, Random, Timer } from "@dchat/runtime"
import { DrainWaiters } from "../transport/drain-waiters.ts"
import type { Transport, TransportReader } from "../transport/transport.ts"
import type { Fault, Faults } from "./faults.ts"

/** What a {@link FaultyTransport} is made from. */
export interface FaultyTransportOptions {
  readonly faults: Faults
  readonly random: Random
  readonly clock: Clock
  readonly onFault: (fault: Fault, text: string) => void
}

/** `drained` waits until no more than so many characters are on their way. */
const HIGH_WATER_MARK = 64 * 1024

/** One end of a bad line: what is sent here suffers on its way. */
export class FaultyTransport implements Transport {
  readonly #inner: Transport
  readonly #options: FaultyTransportOptions
  readonly #drainWaiters = new DrainWaiters()
  readonly #timers = new Set<Timer>()
  readonly #outbox: string[] = []
  /** Characters on their way. */
  #onTheWay = 0
  /** When the message before arrives, and when the other side has read it. */
  #lastArrival = 0
  #lastRead = 0
  #sent = 0
  #status: "open" | "ended" | "closed" = "open"

  constructor(inner: Transport, options: FaultyTransportOptions) {
    this.#inner = inner
    this.#options = options
  }

  get remote(): string {
    return this.#inner.remote
  }

  get bufferedBytes(): number {
    return this.#onTheWay + this.#inner.bufferedBytes
  }

  readInto(reader: TransportReader): void {
    this.#inner.readInto({
      messages: (frames) => reader.messages(frames),
      end: () => reader.end(),
      close: (error) => {
        this.#onClosed()
        reader.close(error)
      },
    })
  }

  pause(): void {
    this.#inner.pause()
  }

  resume(): void {
    this.#inner.resume()
  }

  send(text: string): void {
    this.#outbox.push(text)
  }

  flush(): void {
    for (const text of this.#outbox.splice(0)) if (this.#status === "open") this.#suffer(text)
  }

  async drained({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    signal?.throwIfAborted()
    while (this.#status !== "closed" && this.#onTheWay > HIGH_WATER_MARK) await this.#drainWaiters.wait(signal)
    await this.#inner.drained(signal === undefined ? {} : { signal })
  }

  end(): void {
    this.flush()
    if (this.#status !== "open") return
    this.#status = "ended"
    this.#at(Math.max(this.#lastArrival, this.#lastRead), () => this.#inner.end())
  }

  close(): Promise<void> {
    this.#onClosed()
    return this.#inner.close()
  }

  #suffer(text: string): void {
    const { faults, onFault } = this.#options
    const { loss = 0, duplicate = 0, garbage = 0, halfCloseAfter = Infinity, closeAfter = Infinity } = faults
    this.#sent++
    if (this.#sent > closeAfter) {
      onFault("closed", text)
      void this.close()
    } else if (this.#sent > halfCloseAfter) {
      onFault("half-closed", text)
      this.end()
    } else if (this.#happens(loss)) {
      onFault("lost", text)
    } else if (this.#happens(garbage)) {
      onFault("garbled", text)
      this.#carry(this.#garbled(text))
    } else {
      this.#carry(text)
      if (!this.#happens(duplicate)) return
      onFault("duplicated", text)
      this.#carry(text)
    }
  }

  #carry(text: string): void {
    const { faults, clock, onFault } = this.#options
    const { reorder = 0, reorderMs = 10, charactersPerSecond = Infinity } = faults
    const now = clock.monotonic()
    let arrival = now + this.#delay()
    if (this.#happens(reorder)) {
      onFault("reordered", text)
      arrival += reorderMs
    } else {
      arrival = Math.max(arrival, this.#lastArrival)
      this.#lastArrival = arrival
    }
    if (charactersPerSecond !== Infinity) {
      const reading = charactersPerSecond === 0 ? Infinity : (text.length * 1000) / charactersPerSecond
      arrival = Math.max(arrival, this.#lastRead) + reading
      this.#lastRead = arrival
    }
    this.#onTheWay += text.length
    if (arrival === Infinity) return
    this.#at(arrival, () => {
      this.#onTheWay -= text.length
      this.#inner.send(text)
      this.#inner.flush()
      if (this.#onTheWay <= HIGH_WATER_MARK) this.#drainWaiters.wake()
    })
  }

  #at(moment: number, callback: () => void): void {
    const { clock } = this.#options
    const wait = moment - clock.monotonic()
    if (wait <= 0 && this.#timers.size === 0) return callback()
    const timer = clock.setTimer(wait, () => {
      this.#timers.delete(timer)
      callback()
    })
    this.#timers.add(timer)
  }

  #delay(): number {
    const { delayMs = 0 } = this.#options.faults
    if (typeof delayMs === "number") return delayMs
    const [least, most] = delayMs
    return least + this.#options.random.float() * (most - least)
  }

  #garbled(text: string): string {
    const { random } = this.#options
    return random.float() < 0.5 ? text.slice(0, random.integer(text.length + 1)) : `${random.float()}}]"\u{1F480}`
  }

  /** Draws a number only where something can happen, so that one fault more leaves the others as they were. */
  #happens(chance: number): boolean {
    return chance > 0 && this.#options.random.float() < chance
  }

  #onClosed(): void {
    this.#status = "closed"
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    this.#onTheWay = 0
    this.#drainWaiters.wake()
  }
}
