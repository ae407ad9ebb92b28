import type { Clock } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import { Closed, ManualResetEvent, type Queue } from "@dchat/task"
import { DrainWaiters } from "./drain-waiters.ts"
import { Mailbox } from "./mailbox.ts"
import type { Transport, TransportReader } from "./transport.ts"

/** What a {@link channelTransport} is made on. */
export interface ChannelTransportOptions {
  /** Where messages go. A message waits outside of it while it is full. */
  send: Queue<string>
  /** Where messages come from. */
  receive: Queue<string>
  /** Default: the platform's. */
  clock?: Pick<Clock, "defer">
}

/**
 * A transport on two queues that the caller has made: one that takes what is sent, one that gives what comes. The other
 * side holds the same two the other way round. They belong to the transport from now on: it closes them when it ends.
 */
export function channelTransport(options: ChannelTransportOptions): Transport {
  return new ChannelTransport(options)
}

class ChannelTransport implements Transport {
  readonly remote = "channel:"
  readonly #out: Queue<string>
  readonly #in: Queue<string>
  readonly #mailbox: Mailbox
  readonly #drain = new DrainWaiters()
  readonly #mayRead = new ManualResetEvent()
  readonly #life = new AbortController()
  /** Sent and not flushed. */
  #outbox: string[] = []
  /** Flushed, and waiting until there is room. */
  #backlogLength = 0
  #backlog: Promise<void> = Promise.resolve()
  /** Which of the two directions have ended. */
  #ended: "none" | "sending" | "receiving" | "both" = "none"

  constructor({ send, receive, clock = platformClock }: ChannelTransportOptions) {
    this.#out = send
    this.#in = receive
    this.#mailbox = new Mailbox(clock)
    this.#mayRead.set()
  }

  get bufferedBytes(): number {
    return this.#backlogLength
  }

  readInto(reader: TransportReader): void {
    this.#mailbox.readInto(reader)
    void this.#read()
  }

  pause(): void {
    this.#mayRead.reset()
    this.#mailbox.pause()
  }

  resume(): void {
    this.#mayRead.set()
    this.#mailbox.resume()
  }

  send(text: string): void {
    this.#outbox.push(text)
  }

  flush(): void {
    const texts = this.#outbox
    this.#outbox = []
    if (this.#out.closed || this.#hasEnded("sending")) return
    for (const text of texts) {
      if (this.#backlogLength === 0 && this.#out.trySend(text)) continue
      this.#backlogLength += text.length
      this.#backlog = this.#backlog.then(() => this.#sendLate(text))
    }
  }

  drained({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    return this.#backlogLength === 0 && signal?.aborted !== true ? Promise.resolve() : this.#drain.wait(signal)
  }

  end(): void {
    this.flush()
    if (this.#hasEnded("sending")) return
    this.#end("sending")
    void this.#backlog.then(() => {
      this.#out.close()
      this.#closeWhenBothEnded()
    })
  }

  async close(): Promise<void> {
    this.#out.close()
    this.#in.close()
    this.#life.abort()
    this.#mailbox.close(undefined)
    this.#drain.wake()
  }

  async #read(): Promise<void> {
    const { signal } = this.#life
    try {
      for (;;) {
        await this.#mayRead.wait({ signal })
        this.#mailbox.put([await this.#in.receive({ signal })])
      }
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof Closed)) throw error
      this.#mailbox.end()
      this.#end("receiving")
      this.#closeWhenBothEnded()
    }
  }

  async #sendLate(text: string): Promise<void> {
    try {
      await this.#out.send(text, { signal: this.#life.signal })
    } catch {
      // The queue is closed, by either side: nobody wants it any more.
    }
    this.#backlogLength -= text.length
    if (this.#backlogLength === 0) this.#drain.wake()
  }

  #end(direction: "sending" | "receiving"): void {
    this.#ended = this.#ended === "none" ? direction : "both"
  }

  #hasEnded(direction: "sending" | "receiving"): boolean {
    return this.#ended === direction || this.#ended === "both"
  }

  /** The other side has closed both queues, or each side its own. */
  #closeWhenBothEnded(): void {
    if (this.#out.closed && this.#in.closed) void this.close()
  }
}
