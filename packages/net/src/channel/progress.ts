/** How far what is said on a channel has come, in bytes since the channel was made. */
export interface Progress {
  /** What has come in. */
  readonly received: number
  /** What the operating system has taken. */
  readonly sent: number
  /** What leaves before a message that is urgent and is sent now; of one that was just sent also its own bytes. */
  readonly ahead: number
}
