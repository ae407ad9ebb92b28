import type { Channel } from "./channel.ts"

/** What of a channel tells which node it leads to. */
export type Lead = Pick<Channel, "session" | "address" | "version">

/**
 * One channel for each node, so that no node gets a message twice. Where several lead to the same node, one that we dialled
 * is taken.
 *
 * Which node a channel leads to is only known from what the peer says of itself. So a claim may take a copy away only from
 * who makes it: an inbound channel is left out if its peer says that it can be reached where we have dialled; of two that
 * we dialled one is left out if each peer names the other's address.
 */
export function oneForEachNode<L extends Lead>(channels: readonly L[]): L[] {
  const dialled: L[] = []
  for (const channel of channels.filter(isDialled)) {
    const isDouble = dialled.some((other) => claims(channel, other) && claims(other, channel))
    if (!isDouble) dialled.push(channel)
  }
  const inbound = channels.filter((channel) => !isDialled(channel) && !dialled.some((other) => claims(channel, other)))
  return [...dialled, ...inbound]
}

function isDialled({ session }: Lead): boolean {
  return session !== "inbound"
}

/** Whether the peer of one channel says that it can be reached at the address of another. */
function claims({ version }: Lead, { address }: Lead): boolean {
  return version?.extSendAddr.includes(address) ?? false
}
