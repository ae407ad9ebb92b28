import type { Judge } from "./judge.ts"
import { reachable } from "./stable.ts"

/** At the end, every honest node that is up reaches every other over channels of honest nodes. Says nothing within a partition. */
export const allConnected: Judge = {
  name: "all honest nodes that are up reach each other",
  when: "end",
  judge(net) {
    if (net.isPartitioned) return []
    const up = net.nodes.filter(({ isUp }) => isUp)
    const first = up[0]
    if (first === undefined) return []
    const neighbours = net.nodes.map(({ channels }) => channels.flatMap(({ peerIndex }) => peerIndex ?? []))
    const reached = reachable(neighbours, first.index)
    return up.filter(({ index }) => !reached.has(index)).map(({ name }) => `${name} is cut off from ${first.name}`)
  },
}
