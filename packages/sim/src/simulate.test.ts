import { inspect } from "node:util"
import { expect, test } from "vitest"
import { defineMessage, SESSION_DEFAULT, UNMETERED } from "@dchat/net"
import { unit } from "@dchat/wire"
import { judged, simulate, SimulationFailed, testnet, type Judge } from "./index.ts"

test("a flooded message reaches all, a chat message the peers", async () => {
  const net = await simulate({ nodes: 30, seed: 7 }, async (net) => {
    net.node(0).flood("hello all")
    net.node(1).chat("hello peers")
    await net.run(1)
  })
  const heard = (text: string) => net.nodes.filter(({ inbox }) => inbox.some((shown) => shown.text === text)).length
  expect(heard("hello all")).toBe(29)
  expect(heard("hello peers")).toBeGreaterThan(0)
  expect(heard("hello peers")).toBeLessThan(29)
  expect(net.findings.map(({ failures }) => failures)).toEqual(net.findings.map(() => []))
})

test("nodes that know nothing but seeds find each other", async () => {
  await simulate({ nodes: 12, seed: 3, topology: { kind: "found", slots: 4 } }, async (net) => {
    expect(await net.until(() => net.nodes.every(({ peers }) => peers.length >= 4), 3)).toBe(true)
    net.node(0).flood("hello all")
  })
})

test("a partition keeps messages in, and all are connected after it has healed", async () => {
  const net = await simulate({ nodes: 12, seed: 5 }, async (net) => {
    const [left, right] = [net.nodes.slice(0, 6), net.nodes.slice(6)]
    net.partition(left, right)
    await net.run(3)
    net.node(0).flood("left only")
    await net.run(2)
    expect(right.some(({ inbox }) => inbox.length > 0)).toBe(false)
    net.heal()
    await net.run(3)
    net.node(0).flood("all again")
  })
  expect(net.node(-1).inbox.map(({ text }) => text)).toContain("all again")
})

test("a crash, a restart with the disk and one with a torn disk, leaving and coming back", async () => {
  const topology = { kind: "found", slots: 3 } as const
  await simulate({ nodes: 10, seed: 11, topology }, async (net) => {
    await net.run(3)
    for (const index of [1, 2]) net.node(index).crash()
    net.node(3).leave()
    await net.run(1)
    net.node(1).restart()
    net.node(2).restart({ torn: true })
    net.node(3).rejoin()
    await net.run(4)
    for (const index of [1, 2, 3]) expect(net.node(index).peers.length).toBeGreaterThan(0)
    net.node(1).flood()
  })
})

test("of a node that falls silent its peers find out by themselves, and it comes back", async () => {
  await simulate({ nodes: 8, seed: 13 }, async (net) => {
    const node = net.node(2)
    const peers = net.nodes.filter(({ peers }) => peers.includes(node.name))
    expect(peers.length).toBeGreaterThan(2)
    node.crash({ silent: true })
    await net.run(0.1)
    expect(peers.every(({ peers }) => peers.includes(node.name))).toBe(true)
    await net.run(0.9)
    expect(peers.some(({ peers }) => peers.includes(node.name))).toBe(false)
    net.node(0).flood("without you")
    node.restart()
    await net.run(2)
    net.node(0).flood("with you")
    await net.run(0.1)
    expect(node.inbox.map(({ text }) => text)).toEqual(["with you"])
    expect(net.journal.faults.map(({ what }) => what)).toEqual(["node-2 falls silent", "node-2 restarts"])
  })
})

test("what an action of the story throws is told with the seed and the faults", async () => {
  const failed = await simulate({ nodes: 2, seed: "seven" }, async (net) => {
    net.after(1, () => net.node(1).crash())
    net.after(2, () => {
      throw new Error("not me")
    })
    await net.run(3)
  }).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(SimulationFailed)
  expect(String(failed)).toMatch(/seed seven and 2 nodes[^]*not me[^]*61000 ms  node-1 crashes/)
})

test("an error that is shown whole does not show the whole network, which it still has", async () => {
  const nobody: Judge = { name: "nobody is there", when: "end", judge: ({ nodes }) => nodes.map(({ name }) => name) }
  const failed = await simulate({ nodes: 2, judges: [nobody] }).catch((error: unknown) => error)
  if (!(failed instanceof SimulationFailed)) throw new Error("the simulation has not failed")
  expect(failed.net.nodes).toHaveLength(2)
  expect(inspect(failed)).toContain("not so: nobody is there")
  expect(inspect(failed)).not.toContain("SimNode")
})

test("a judge who is not content fails the simulation, and says so in plain words", async () => {
  const nobody: Judge = { name: "nobody is there", when: "end", judge: ({ nodes }) => nodes.map(({ name }) => name) }
  const options = { nodes: 2, judges: [nobody] }
  await expect(simulate(options)).rejects.toThrow(/not so: nobody is there\n {4}node-0\n {4}node-1\n {2}faults: none/)
  expect((await judged(options)).findings).toEqual([{ judge: "nobody is there", failures: ["node-0", "node-1"] }])
})

test("a judge who looks throughout says when, and no more than ten times", async () => {
  const never: Judge = { name: "never", when: "throughout", judge: () => ["so"] }
  const { findings } = await judged({ nodes: 2, judges: [never] }, (net) => net.run(1))
  expect(findings[0]?.failures.slice(0, 2)).toEqual(["at 50 ms: so", "at 10050 ms: so"])
  expect(findings[0]?.failures.slice(9)).toEqual([expect.stringMatching(/^at 90050 ms/), "and 4 more"])
})

test("applications register protocols of their own, and need no story", async () => {
  const Hello = defineMessage({ command: "Hello", codec: unit, maxBytes: 0, metering: UNMETERED })
  let heard = 0
  const net = await testnet(3, {
    setup: ({ p2p }) =>
      p2p.protocols.register(SESSION_DEFAULT, (channel) => {
        const hellos = channel.subscribe(Hello)
        return {
          name: "ProtocolHello",
          start: (jobs) => void jobs.spawn(async () => void (await hellos.receive(), heard++)),
        }
      }),
  })
  void net.node(0).p2p.broadcast(Hello, undefined)
  await net.run(0.1)
  expect(heard).toBe(2)
  await net[Symbol.asyncDispose]()
  expect(net.world.pendingEvents).toBe(0)
})

test("the same seed gives the same trace, to the last byte; another seed another", async () => {
  const hashOf = async (seed: number): Promise<string> => {
    const options = { nodes: 8, seed, natPercent: 20, clockSkewMs: 5000, trace: { whole: true } }
    const net = await judged(options, async (net) => {
      net.every(10, () => net.node(0).flood())
      net.after(0.5, () => net.node(3).crash())
      await net.run(1)
      net.node(3).restart({ torn: true })
    })
    expect(net.findings.flatMap(({ failures }) => failures)).toEqual([])
    return net.traceHash
  }
  const hash = await hashOf(1)
  expect(await hashOf(1)).toBe(hash)
  expect(await hashOf(2)).not.toBe(hash)
})

// Swarm seed 3.
test("a clock that is set back makes nobody's list unsound", async () => {
  await simulate({ nodes: 4, seed: 3, topology: { kind: "found", slots: 2 } }, async (net) => {
    await net.run(0.5)
    net.node(1).stepClock(-3_600_000)
    expect(net.node(1).setBackMs).toBe(3_600_000)
  })
})
