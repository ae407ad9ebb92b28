import { expect, test } from "vitest"
import { adversaries, FloodMsg, judged, simulate, type AdversaryName } from "../index.ts"

const topology = { kind: "found", slots: 4 } as const

test.each(["dropper", "slowloris", "clock", "flooder", "nonreader", "eclipse"] as const)(
  "an honest network withstands the adversary called %s",
  async (name) => {
    const adversary = adversaries[name]()
    const net = await simulate({ nodes: 8, seed: 2, topology, adversaries: [adversary] }, async (net) => {
      net.every(10, () => net.node(0).flood())
      await net.run(1)
    })
    expect(net.journal.faults.map(({ what }) => what)).toEqual([`${adversary.name} begins`])
    expect(net.journal.messages.size).toBeGreaterThan(5)
  },
)

test.each(["garbage", "spammer"] as const)("the adversary called %s is banned", async (name) => {
  const net = await simulate({ nodes: 10, seed: 2, adversaries: [adversaries[name]()] }, async (net) => {
    net.node(0).flood()
    await net.run(1)
  })
  expect(net.journal.bans.length).toBeGreaterThan(0)
})

test("who does not read makes its victims' queues grow to their bound, and no further", async () => {
  let most = 0
  const text = "x".repeat(60_000)
  const net = await simulate({ nodes: 4, seed: 2, adversaries: [adversaries.nonreader()] }, async (net) => {
    let count = 0
    net.every(0.2, () => void net.node(0).p2p.broadcast(FloodMsg, { id: `big ${count++}`, text }))
    net.every(1, () => {
      const channels = net.nodes.flatMap(({ p2p }) => p2p.channels())
      for (const { queuedBytes } of channels) most = Math.max(most, queuedBytes)
    })
    await net.run(0.6)
  })
  expect(most).toBeGreaterThan(3.9 * 2 ** 20)
  expect(net.journal.bans.filter(({ peer }) => !net.isGuilty(peer))).toEqual([])
})

test("all of them at once, and the same seed gives the same run", async () => {
  const run = () =>
    judged(
      {
        nodes: 6,
        seed: 4,
        topology,
        adversaries: (Object.keys(adversaries) as AdversaryName[]).map((name) => adversaries[name]()),
      },
      async (net) => {
        net.node(0).flood()
        await net.run(0.2)
      },
    )
  const net = await run()
  expect(net.findings.flatMap(({ failures }) => failures)).toEqual([])
  expect((await run()).traceHash).toBe(net.traceHash)
})
