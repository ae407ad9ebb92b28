import { expect, test } from "vitest"
import { propagation, runScenario, type SentMessage } from "../index.ts"

test("propagation is counted over all first copies", () => {
  const message = (kind: "chat" | "flood", times: number[], copies: number): SentMessage => ({
    id: "m",
    kind,
    from: 0,
    at: 1000,
    arrivals: Float64Array.from(times),
    copies,
    repeats: 0,
  })
  const messages = [
    message("flood", [NaN, 1010, 1020, NaN], 4),
    message("flood", [2000, 1030, 1040, 1050], 6),
    message("chat", [NaN, 9000, NaN, NaN], 1),
  ]
  expect(propagation(messages)).toEqual({ messages: 2, p50: 30, p99: 50, max: 50, copies: 2, reached: 5 / 6 })
  expect(propagation([])).toEqual({ messages: 0, p50: 0, p99: 0, max: 0, copies: 0, reached: 0 })
})

test("a scenario under attack is the same report each time, and says what the attacker holds", async () => {
  const options = { nodes: 8, seed: 3, minutes: 1, attacks: ["eclipse"] } as const
  const report = await runScenario(options)
  expect(report).toMatchObject({ seed: "3", nodes: 8, passed: true, bans: { honest: 0 } })
  expect(report.faults).toHaveLength(1)
  expect(report.propagation.messages).toBeGreaterThanOrEqual(6)
  expect(report.propagation.reached).toBeGreaterThan(0.9)
  expect(report.attackers.channels).toBeGreaterThan(0)
  expect(report.bytes).toBeGreaterThan(10_000)
  expect(await runScenario(options)).toEqual(report)
})
