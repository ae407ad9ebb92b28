import { expect, test } from "vitest"
import { attackerShare, eclipse, testnet, type SimNode, type Simulation } from "../index.ts"
import type { PolicyName } from "./policies.ts"

/** Ten nodes and a crowd under attack. */
async function siege(policy: PolicyName, minutes: number): Promise<Simulation> {
  const net = await testnet(10, {
    seed: 1,
    policy,
    topology: { kind: "found", slots: 4 },
    crowd: { addresses: 1000, known: 200 },
    adversaries: [eclipse({ addresses: 512, netgroups: 16 })],
  })
  await net.run(minutes)
  return net
}

function timesAhead({ p2p, host }: SimNode): number {
  const now = host.clock.now() / 1000
  return (["grey", "white", "gold"] as const)
    .flatMap((colour) => p2p.hosts.lists.entries(colour))
    .filter(({ lastSeen }) => lastSeen > now + 3600).length
}

test("whole nodes by each rule: the reference's believes the attacker, addrman's and ours do not", async () => {
  const share: Record<string, number> = {}
  for (const policy of ["ours", "reference", "addrman"] as const) {
    const net = await siege(policy, 8)
    expect(net.journal.errors).toEqual([])
    for (const node of net.nodes) {
      expect(node.channels.filter(({ session }) => session === "outbound").length).toBeGreaterThan(1)
      if (policy === "reference") expect(timesAhead(node)).toBeGreaterThan(50)
      else expect(timesAhead(node)).toBe(0)
    }
    share[policy] = attackerShare(net).addresses
    const anchors = await net.node(0).host.store.read("hosts.anchors")
    const kept = new TextDecoder().decode(anchors).split("\n").length - 1
    if (policy === "ours") expect(kept).toBeGreaterThanOrEqual(4)
    else expect(kept).toBe({ reference: 0, addrman: 2 }[policy])
    await net.stop()
  }
  expect(share["reference"]).toBeGreaterThan(1.3 * (share["ours"] ?? 1))
}, 60_000)

test("the same seed gives the same run, whatever the rule", async () => {
  for (const policy of ["reference", "addrman"] as const) {
    const nets = [await siege(policy, 2), await siege(policy, 2)]
    expect(nets[0]?.traceHash).toBe(nets[1]?.traceHash)
    for (const net of nets) await net.stop()
  }
}, 60_000)
