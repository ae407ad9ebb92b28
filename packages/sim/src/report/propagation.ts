import type { SentMessage } from "../journal.ts"

/** How flooded messages have spread. Times are in virtual milliseconds. */
export interface Propagation {
  readonly messages: number
  /** From sending to the first copy, over all messages and all nodes that got them. */
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** Copies that came in for each node that got the message. */
  readonly copies: number
  /** Mean part of the other honest nodes that got a message, from 0 to 1. */
  readonly reached: number
}

/** How the flooded messages among these have spread. Without any, all is 0. */
export function propagation(messages: Iterable<SentMessage>): Propagation {
  const flooded = [...messages].filter(({ kind }) => kind === "flood")
  const delays: number[] = []
  let copies = 0
  let others = 0
  for (const { at, from, arrivals, copies: all } of flooded) {
    copies += all
    others += arrivals.length - 1
    for (const [index, arrival] of arrivals.entries())
      if (index !== from && !Number.isNaN(arrival)) delays.push(arrival - at)
  }
  delays.sort((a, b) => a - b)
  return {
    messages: flooded.length,
    p50: quantile(delays, 0.5),
    p99: quantile(delays, 0.99),
    max: delays.at(-1) ?? 0,
    copies: delays.length === 0 ? 0 : copies / delays.length,
    reached: others === 0 ? 0 : delays.length / others,
  }
}

/** The least value that so many of the sorted values do not exceed. */
function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0
}
