import type { Random } from "@dchat/runtime"
import type { VirtualHost } from "@dchat/runtime/virtual"

/** What an adversary knows and can do. */
export interface AdversaryContext {
  /** The addresses of the honest nodes that can be dialled: `{ host, port }`. */
  readonly victims: readonly Victim[]
  /** The four bytes that begin each packet of the network. */
  readonly magic: Uint8Array
  /** Its own source, from the seed. */
  readonly random: Random
  /** Rents a computer with so many addresses in so many netgroups; the judges know that it is guilty. */
  readonly rent: (options: { readonly addresses: number; readonly netgroups: number }) => VirtualHost
}

/** A node that can be attacked. */
export interface Victim {
  readonly host: string
  readonly port: number
}

/** A program that means harm. Start any number of them, of any kind, in one simulation. */
export interface Adversary {
  /** What it does, in a few words. */
  readonly name: string
  /** Begins. What it does from then on hangs on the timers and sockets of the computers that it rents. */
  start(context: AdversaryContext): void
}
