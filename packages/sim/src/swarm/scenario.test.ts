import { expect, test } from "vitest"
import { describeScenario, drawScenario, runSwarmScenario } from "../index.ts"

test("a seed draws the same scenario each time, and all faults are mended before the end", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const scenario = drawScenario(seed, { nodes: 50, minutes: 10 })
    expect(drawScenario(seed, { nodes: 50, minutes: 10 })).toEqual(scenario)
    const count = (...kinds: string[]) => scenario.faults.filter(({ kind }) => kinds.includes(kind)).length
    expect(count("crash", "silence", "leave", "partition")).toBe(count("restart", "torn", "rejoin", "heal"))
    expect(Math.max(0, ...scenario.faults.map(({ minute }) => minute))).toBeLessThan(7)
  }
})

test("scenarios of a few seeds pass, and are described on one line", async () => {
  for (const seed of [2, 4]) {
    const scenario = drawScenario(seed, { nodes: 5, minutes: 1 })
    expect(describeScenario(scenario)).toMatch(/^(?:degree \d+|\d+ slots)[^\n]*$/)
    expect(await runSwarmScenario(scenario)).toBeUndefined()
  }
})
