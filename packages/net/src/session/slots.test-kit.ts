import type { TestNet, TestNode } from "../testing/test-net.test-kit.ts"

/** The addresses in a node's slots, in no order that means something. */
export function held({ p2p }: TestNode): string[] {
  const { channels, outbound_slots: slots } = p2p.getInfo()
  return channels.filter(({ id }) => slots.includes(id)).map(({ url }) => url)
}

/** A node hears of addresses from one and the same peer. */
export function hearOf({ p2p }: TestNode, ...urls: string[]): void {
  p2p.hosts.insert(
    urls.map((url) => [url, 5n]),
    { group: "4.4", isOwn: () => false },
  )
}

/** Nodes that listen and make no connections of their own. Returns where. */
export async function listeners(net: TestNet, names: readonly string[]): Promise<string[]> {
  const urls = []
  for (const name of names) urls.push((await net.listening(name)).url)
  return urls
}
