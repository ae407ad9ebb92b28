import { expect, test } from "vitest"
import { testnet } from "../index.ts"
import { Crowd } from "./crowd.ts"

const TOPOLOGY = { kind: "found", slots: 4 } as const

test("nodes have heard of a crowd before they start, fill their slots with it, and are left by it now and then", async () => {
  const net = await testnet(4, { topology: TOPOLOGY, crowd: { addresses: 400, known: 60 } })
  const dialled = (): number =>
    net.nodes.flatMap(({ channels }) => channels.filter(({ peer }) => peer === "crowd")).length
  for (const { p2p } of net.nodes) {
    const known = (["grey", "white", "gold"] as const).reduce((sum, colour) => sum + p2p.hosts.lists.size(colour), 0)
    expect(known).toBeGreaterThan(40)
  }
  expect(dialled()).toBeGreaterThan(6)
  const urls = new Set(net.nodes.map(({ url }) => url))
  const first = net.nodes
    .flatMap(({ p2p }) => p2p.channels())
    .filter(({ session, address }) => session === "outbound" && !urls.has(address))
  expect(first.length).toBe(dialled())
  await net.run(31)
  expect(first.filter(({ state }) => state === "running")).toEqual([])
  expect(dialled()).toBeGreaterThan(6)
  expect(net.journal.errors).toEqual([])
  await net.stop()
})

test("a crowd of one, or of more than there is room for, is refused", async () => {
  const net = await testnet(2)
  const random = net.node(0).host.random
  for (const addresses of [1, 2.5, 5001])
    expect(() => new Crowd(net.world, { addresses, known: 1 }, random)).toThrow(/there must be 2 to 5000/)
  await net.stop()
})
