import fc from "fast-check"
import { expect, test } from "vitest"
import type { Judge } from "../judge/judge.ts"
import { drawScenario, runSwarmScenario, type SwarmScenario } from "./scenario.ts"
import { shrinkScenario, type ShrinkAttempt } from "./shrink.ts"

/** The first seed whose scenario is so. */
function seedWhere(nodes: number, is: (scenario: SwarmScenario) => boolean): SwarmScenario {
  for (let seed = 1; ; seed++) {
    const scenario = drawScenario(seed, { nodes, minutes: 2 })
    if (is(scenario)) return scenario
  }
}

/** Planted: not content when a clock was set back while somebody was away. */
const planted: Judge = {
  name: "planted",
  when: "end",
  judge: ({ journal }) => {
    const told = journal.faults.map(({ what }) => what)
    return told.some((what) => what.includes("leaves")) && told.some((what) => what.includes("is set by")) ? ["so"] : []
  },
}

test("of a network with a planted failure the two faults that make it are left, with what mends one of them", async () => {
  const scenario = seedWhere(6, ({ faults, attacks }) => {
    const kinds = faults.map(({ kind }) => kind)
    return attacks.length > 0 && ["leave", "crash", "clock", "partition"].every((kind) => kinds.some((k) => k === kind))
  })
  const attempts: ShrinkAttempt[] = []
  const fails = async (candidate: SwarmScenario) =>
    (await runSwarmScenario(candidate, [planted]))?.judges.includes("planted") === true
  expect(await fails(scenario)).toBe(true)
  const shrunk = await shrinkScenario(scenario, { fails, onTry: (attempt) => void attempts.push(attempt) })
  expect(shrunk.faults.map(({ kind }) => kind).toSorted()).toEqual(["clock", "leave", "rejoin"])
  expect(shrunk).toMatchObject({
    attacks: [],
    nodes: 2,
    jitterMs: 0,
    resetOneIn: 0,
    natPercent: 0,
    seed: scenario.seed,
  })
  expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, index) => index + 1))
  expect(attempts.filter((attempt) => attempt.fails).at(-1)?.scenario).toEqual(shrunk)
  expect(await shrinkScenario(scenario, { fails })).toEqual(shrunk)
})

test("what is left fails, is no larger, and each node still fails and is mended in turn", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 10_000 }),
      fc.func(fc.boolean()),
      fc.nat({ max: 20 }),
      async (seed, whim, least) => {
        const scenario = drawScenario(seed, { nodes: 30, minutes: 10 })
        const fails = (candidate: SwarmScenario) =>
          Promise.resolve(candidate === scenario || (candidate.nodes > least && whim(JSON.stringify(candidate))))
        const shrunk = await shrinkScenario(scenario, { fails })
        expect(shrunk === scenario || (await fails(shrunk))).toBe(true)
        expect(shrunk.faults.length).toBeLessThanOrEqual(scenario.faults.length)
        const down = new Set<string>()
        for (const { kind, node } of shrunk.faults) {
          if (kind === "clock") continue
          const who = kind === "partition" || kind === "heal" ? "network" : String(node)
          const isBegin = ["partition", "crash", "silence", "leave"].includes(kind)
          expect(down.has(who)).toBe(!isBegin)
          if (isBegin) down.add(who)
          else down.delete(who)
          if (who !== "network") expect(node).toBeLessThan(shrunk.nodes)
          if (kind === "partition") expect(node >= 1 && node < shrunk.nodes).toBe(true)
        }
      },
    ),
    { numRuns: 50 },
  )
})
