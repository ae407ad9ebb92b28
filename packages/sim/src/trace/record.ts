import type { SessionKind } from "@dchat/net"

/** What is said over the network by the applications of the simulator. */
export type MessageKind = "chat" | "flood"

/** Something that happened in a simulation. A trace is these, each as a line of JSON with the time `t` before it. */
export type TraceEvent =
  /** The first line. */
  | { readonly event: "simulation"; readonly seed: string; readonly nodes: number }
  /** A node, or a computer of an adversary, is there. */
  | { readonly event: "host"; readonly host: string; readonly ips: readonly string[]; readonly guilty: boolean }
  /** A node has a channel to a host, whose version exchange is done. */
  | { readonly event: "up"; readonly node: string; readonly peer: string; readonly session: SessionKind }
  | { readonly event: "down"; readonly node: string; readonly peer: string; readonly why: string }
  | { readonly event: "send"; readonly node: string; readonly kind: MessageKind; readonly id: string }
  /** A copy of a message has arrived. */
  | {
      readonly event: "recv"
      readonly node: string
      readonly peer: string
      readonly kind: MessageKind
      readonly id: string
    }
  | { readonly event: "ban"; readonly node: string; readonly peer: string; readonly why: string }
  /** Something was done to the network: a partition, a crash, an adversary that begins. */
  | { readonly event: "fault"; readonly what: string }
  /** An error that nobody has looked at, or that was logged as one. */
  | { readonly event: "error"; readonly what: string }
  /** Only if asked for: an event of the virtual world, such as a chunk that arrives, with a summary of its bytes. */
  | { readonly event: "world"; readonly what: string }
