import type { Frame } from "../framing/framing.ts"

/** What a transport tells its reader. Called synchronously, in the order messages*, end?, close. */
export interface TransportReader {
  /** Messages came in: as many as one chunk of the network held. Not called while the transport is paused. */
  messages(frames: readonly Frame[]): void
  /**
   * A message of ours was perhaps not delivered, or will have no answer, and the transport goes on: a failed POST.
   * `error` is a `ConnectError` when it was surely not delivered.
   */
  lost?(text: string, error: Error): void
  /** The other side will send nothing more; this side still can. */
  end(): void
  /** The transport is gone, in both directions. `error` says why, when it was not a close in good order. Called once. */
  close(error: Error | undefined): void
}

/**
 * Carries messages both ways, in order. Whole chunks go through it, never a promise per message, for that is felt.
 *
 * Whoever sends also says when: what `send` has taken leaves with the next `flush`.
 */
export interface Transport {
  /** Who is at the other end, for people, such as `tcp://127.0.0.1:4711`. */
  readonly remote: string
  /** Whether nothing comes but answers to what was sent, as over HTTP: nobody can subscribe. Default false. */
  readonly isAnswersOnly?: boolean
  /** The longest message that it takes in, in bytes. Where it is raised, so may be what is sent. Default: it does not say. */
  readonly maxBytes?: number | undefined
  /** Says who reads. To be called once. Until then nothing is read and nothing is lost. */
  readInto(reader: TransportReader): void
  /** Stops calling `messages` until `resume`, and slows the other side down. */
  pause(): void
  resume(): void
  /** Takes a message to be sent. Never throws; what is sent after the end or the close is dropped. */
  send(text: string): void
  /** Sends what waits. */
  flush(): void
  /** Bytes that were flushed and that the other side has not taken yet. */
  readonly bufferedBytes: number
  /** Resolves when few bytes wait, or when the transport has closed. Rejects with the signal's reason. */
  drained(options?: { signal?: AbortSignal }): Promise<void>
  /** Sends what waits, then tells the other side that nothing more comes. Reading goes on. */
  end(): void
  /** Closes both directions now; what waits is dropped. Returns when it is closed. Safe to call again. */
  close(): Promise<void>
}

/** A transport that hands over what comes, whether anybody wants it or not. Whoever reads must do so at once, for it keeps nothing. */
export interface PushTransport extends Omit<Transport, "pause" | "resume" | "drained"> {
  /** Resolves when few bytes wait, or when the transport has closed. */
  drained(): Promise<void>
}
