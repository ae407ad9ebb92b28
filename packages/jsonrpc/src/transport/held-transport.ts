import type { Clock } from "@dchat/runtime"
import { DEFAULT_MAX_BYTES, FramingError } from "../framing/framing.ts"
import { DrainWaiters } from "./drain-waiters.ts"
import { Mailbox } from "./mailbox.ts"
import type { PushTransport, Transport, TransportReader } from "./transport.ts"

/**
 * Gives a transport that only pushes a way to pause: what comes meanwhile is kept, up to four times its `maxBytes`; more
 * closes.
 */
export class HeldTransport implements Transport {
  readonly #transport: PushTransport
  readonly #mailbox: Mailbox

  constructor(transport: PushTransport, clock: Pick<Clock, "defer">) {
    const mailbox = new Mailbox(clock)
    const maxHeld = 4 * (transport.maxBytes ?? DEFAULT_MAX_BYTES)
    this.#transport = transport
    this.#mailbox = mailbox
    transport.readInto({
      messages: (frames) => {
        mailbox.put(frames)
        if (mailbox.heldLength <= maxHeld) return
        mailbox.close(new FramingError("message-too-long", `messages of more than ${maxHeld} bytes wait to be read`))
        void transport.close()
      },
      end: () => mailbox.end(),
      close: (error) => mailbox.close(error),
    })
  }

  get remote(): string {
    return this.#transport.remote
  }

  get maxBytes(): number | undefined {
    return this.#transport.maxBytes
  }

  get bufferedBytes(): number {
    return this.#transport.bufferedBytes
  }

  readInto(reader: TransportReader): void {
    this.#mailbox.readInto(reader)
  }

  pause(): void {
    this.#mailbox.pause()
  }

  resume(): void {
    this.#mailbox.resume()
  }

  send(text: string): void {
    this.#transport.send(text)
  }

  flush(): void {
    this.#transport.flush()
  }

  drained({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const waiters = new DrainWaiters()
    const drained = waiters.wait(signal)
    void this.#transport.drained().then(() => waiters.wake())
    return drained
  }

  end(): void {
    this.#transport.end()
  }

  close(): Promise<void> {
    this.#mailbox.drop()
    return this.#transport.close()
  }
}
