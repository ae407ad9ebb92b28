import type { Clock, Timer } from "@dchat/runtime"
import type { MessageType } from "../message/message.ts"

/** A peer that dialled us and has stayed for so long is no visitor, who asks a seed or probes us and leaves. In milliseconds. */
export const VISIT_MS = 2000

/** As much is kept for a peer that has not shown what it is, in bytes. */
const RESERVE_BYTES = 2 ** 20

interface Kept {
  readonly type: MessageType<unknown>
  readonly packet: Uint8Array
}

/**
 * What is kept back from a peer that has dialled us and may be here for a seed's addresses alone: such a visitor of the
 * reference's kind knows no application, and bans who talks of one (darkfi-net 12.3 #10). Bounded; opened once.
 */
export class Reserve {
  readonly #pass: (type: MessageType<unknown>, packet: Uint8Array) => void
  #kept: Kept[] | undefined = []
  #bytes = 0
  /** Runs while the peer may be a seed's visitor. */
  #visit: Timer | undefined

  /** @param pass Gets what was kept, in order, when the reserve is opened. */
  constructor(pass: (type: MessageType<unknown>, packet: Uint8Array) => void) {
    this.#pass = pass
  }

  get isOpen(): boolean {
    return this.#kept === undefined
  }

  /** Keeps a packet if there is room for it; says whether there was. */
  keep(type: MessageType<unknown>, packet: Uint8Array): boolean {
    if (this.#kept === undefined || (this.#bytes > 0 && this.#bytes + packet.length > RESERVE_BYTES)) return false
    this.#kept.push({ type, packet })
    this.#bytes += packet.length
    return true
  }

  /** Opens it when no visitor would be here any more, if it is not open before. */
  openAfterVisit(clock: Pick<Clock, "setTimer">): void {
    if (!this.isOpen) this.#visit = clock.setTimer(VISIT_MS, () => this.open())
  }

  /** Passes on what was kept. From here on nothing is. */
  open(): void {
    this.endVisit()
    const kept = this.#kept ?? []
    this.#kept = undefined
    for (const { type, packet } of kept) this.#pass(type, packet)
  }

  /** It is not opened by time any more. Lets go of the timer, too: a channel lives for long after it. */
  endVisit(): void {
    this.#visit?.cancel()
    this.#visit = undefined
  }
}
