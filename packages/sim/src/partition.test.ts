import { expect, test } from "vitest"
import { simulate } from "./index.ts"

// Swarm seeds 17, 43, 50, 59, 65, 207, 1087, 1091, 1093, 1112 and 1169: each half filled its slots with its own, and stayed alone.
test("nodes that have found each other grow together again after a cut of minutes, within one", async () => {
  const options = { nodes: 16, seed: 3, topology: { kind: "found", slots: 3 } } as const
  const net = await simulate(options, async (net) => {
    await net.run(1)
    net.partition(net.nodes.slice(0, 8), net.nodes.slice(8))
    await net.run(4)
    const isAcross = net.nodes.some(({ index, channels }) =>
      channels.some(({ peerIndex }) => peerIndex !== undefined && peerIndex < 8 !== index < 8),
    )
    expect(isAcross).toBe(false)
    for (const { p2p } of net.nodes) expect(p2p.getInfo().outbound_slots).not.toContain(0)
    net.heal()
    await net.run(1)
    net.node(0).flood("all again")
    await net.run(1)
  })
  expect(net.nodes.filter(({ inbox }) => inbox.some(({ text }) => text === "all again"))).toHaveLength(15)
})
