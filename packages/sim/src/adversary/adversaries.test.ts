import { expect, test } from "vitest"
import { adversaries, judged, simulate, type AdversaryName } from "../index.ts"

const topology = { kind: "found", slots: 4 } as const

test.each(["dropper", "slowloris", "clock", "flooder", "eclipse"] as const)(
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
