import type { HostColour } from "@dchat/net"
import type { SimNode } from "../sim-node.ts"
import type { Judge } from "./judge.ts"

/** What the lists of a node may hold (darkfi-net 7.2). */
const CAPS: Readonly<Record<HostColour, number>> = { grey: 2000, white: 5000, gold: 5000, black: 10_000, dark: 1000 }
/** What may wait on a channel, and one message. */
const QUEUE_BYTES = 5 * 2 ** 20
/** How far a time on a list may be ahead, in seconds: nodes round. */
const AHEAD_S = 1

/** Lists, queues and sessions keep to their bounds. */
export const boundsHold: Judge = {
  name: "lists, queues and sessions keep to their bounds",
  when: "throughout",
  judge: ({ nodes }) => nodes.filter(({ isUp }) => isUp).flatMap(overBounds),
}

/** A host is on one list at a time, no node lists itself, no time lies in the future. */
export const listsAreSound: Judge = {
  name: "host lists are sound",
  when: "end",
  judge: ({ nodes }) => nodes.filter(({ isUp }) => isUp).flatMap(unsound),
}

function overBounds({ name, p2p }: SimNode): string[] {
  const { inboundConnections, outboundConnections } = p2p.settings
  const channels = p2p.channels()
  const count = (session: string): number => channels.filter((channel) => channel.session === session).length
  const failures = Object.entries(CAPS).flatMap(([colour, cap]) => {
    const size = p2p.hosts.lists.size(colour as HostColour)
    return size > cap ? [`${name} has ${size} hosts on its ${colour} list; ${cap} are allowed`] : []
  })
  if (count("inbound") > inboundConnections)
    failures.push(`${name} has ${count("inbound")} inbound channels; ${inboundConnections} are allowed`)
  if (count("outbound") > outboundConnections)
    failures.push(`${name} has ${count("outbound")} outbound channels; ${outboundConnections} are allowed`)
  for (const { queuedBytes, displayAddress } of channels)
    if (queuedBytes > QUEUE_BYTES) failures.push(`${name} has ${queuedBytes} bytes waiting for ${displayAddress}`)
  return failures
}

function unsound({ name, p2p, url, host, setBackMs }: SimNode): string[] {
  const seen = new Map<string, string>()
  const failures: string[] = []
  const latest = (host.clock.now() + setBackMs) / 1000 + AHEAD_S
  for (const colour of ["grey", "white", "gold", "black", "dark"] as const) {
    for (const entry of p2p.hosts.lists.entries(colour)) {
      const other = seen.get(entry.url)
      if (other !== undefined) failures.push(`${name} has ${entry.url} on its ${other} and its ${colour} list`)
      seen.set(entry.url, colour)
      if (entry.url === url) failures.push(`${name} has itself on its ${colour} list`)
      if (entry.lastSeen > latest)
        failures.push(
          `${name} has ${entry.url} on its ${colour} list, seen ${Math.round(entry.lastSeen - latest)} s in the future`,
        )
    }
  }
  return failures
}
