/** What a message costs its sender, and how much of it is too much (darkfi-net 4.5). Declared beside the message. */
export interface Metering {
  /** What one message counts. */
  readonly score: number
  /** The sum within the window above which messages are slowed down. 0: this message is not metered. */
  readonly threshold: number
  /** Delay for each point above the threshold, in milliseconds. */
  readonly stepMs: number
  /** How long a message counts, in milliseconds. 0: for as long as the channel lives. */
  readonly windowMs: number
}

/** For messages that cost nothing. */
export const UNMETERED: Metering = { score: 0, threshold: 0, stepMs: 0, windowMs: 0 }

/** Of messages of which a peer needs few: version, verack, ping, pong (darkfi-net 3). */
export const BUILT_IN: Metering = { score: 1, threshold: 4, stepMs: 1000, windowMs: 10_000 }

/** Of getaddr and addr (darkfi-net 3). */
export const GOSSIP: Metering = { score: 1, threshold: 6, stepMs: 1000, windowMs: 10_000 }
