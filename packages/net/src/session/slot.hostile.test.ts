import { expect, test } from "vitest"
import { TestNet } from "../testing/test-net.test-kit.ts"

test("addresses that refuse at once, however many, are dialled twice a second by each slot", async () => {
  await using net = new TestNet()
  const alice = await net.node("alice", { outboundConnections: 4 })
  // Hosts that are there, and have nothing open.
  for (let i = 1; i <= 250; i++) net.host(`closed ${i}`, `10.3.0.${i}`)
  const urls = Array.from({ length: 1500 }, (_, i) => `tcp://10.3.0.${1 + (i % 250)}:${1000 + i}/`)
  alice.p2p.hosts.lists.store(
    "grey",
    urls.map((url) => ({ url, lastSeen: 1_735_689_600 })),
  )
  let attempts = 0
  const watching = alice.p2p.dnet.subscribe()
  void (async () => {
    for await (const { event } of watching) if (event === "outbound_slot_connecting") attempts++
  })()
  await net.run(alice)
  await net.world.advance(60_000)
  watching.close()
  expect(attempts).toBeGreaterThan(300)
  expect(attempts).toBeLessThanOrEqual(4 * (2 * 60 + 1))
})
