/** What goes wrong on the way in one direction. Chances are from 0 to 1, for each message. Default: nothing. */
export interface Faults {
  /** The chance that a message never arrives. */
  readonly loss?: number
  /** The chance that a message arrives twice. */
  readonly duplicate?: number
  /** The chance that a message arrives as something else: cut short, or not JSON at all. */
  readonly garbage?: number
  /** How long each message is on its way, in milliseconds: always so long, or anything between the two. Order is kept. */
  readonly delayMs?: number | readonly [least: number, most: number]
  /** The chance that a message is overtaken by what is sent in the next `reorderMs`. */
  readonly reorder?: number
  /** By how much a message is held back that is overtaken, in milliseconds. Default 10. */
  readonly reorderMs?: number
  /** How much the other side reads in a second, in characters. Default: all that comes. 0: nothing, ever. */
  readonly charactersPerSecond?: number
  /** After so many messages nothing more is sent, as when one side of a socket is shut. */
  readonly halfCloseAfter?: number
  /** After so many messages the connection is gone, in both directions. */
  readonly closeAfter?: number
}

/** Something that went wrong with a message. */
export type Fault = "lost" | "duplicated" | "garbled" | "reordered" | "half-closed" | "closed"
