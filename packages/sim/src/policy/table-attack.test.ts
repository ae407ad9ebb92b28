import { expect, test } from "vitest"
import { attack, type Attack, type Outcome } from "./table-attack.test-kit.ts"
import { RULES, UNLIMITED, type Rule } from "./table-node.test-kit.ts"

const DAY: Attack = { rate: 1900, hours: 24, stepS: 360, seed: 1 }

interface Row extends Outcome {
  readonly what: string
}

async function row(what: string, rule: Rule, given: Attack): Promise<Row> {
  return { what, ...(await attack(rule, given)) }
}

function print(rows: readonly Row[]): void {
  const lines = rows.map(({ what, share, allHostile, recoveryMin }) => [
    what,
    `${(share * 100).toFixed(1)} %`,
    allHostile.toExponential(1),
    recoveryMin === Infinity ? "never" : `${recoveryMin.toFixed(2)} min`,
  ])
  const head = ["rule", "share of candidates", "all 8 hostile", "recovery"]
  console.info([head, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n"))
}

// Some 6 s when the machine has nothing else to do.
test("one hostile connection for a day: the reference's rule is lost, addrman's and ours hold", async () => {
  const rows: Row[] = []
  for (const rule of RULES) rows.push(await row(rule.name, rule, DAY))
  for (const made of ["names", "both"] as const)
    rows.push(await row(`ours, without the limit, ${made}`, UNLIMITED, { ...DAY, made }))
  print(rows)
  for (const { what, share, allHostile, recoveryMin } of rows) {
    if (what === "the reference's") {
      expect(share).toBeGreaterThan(0.99)
      expect(allHostile).toBeGreaterThan(0.9)
      expect(recoveryMin).toBe(Infinity)
    } else {
      expect(share).toBeLessThanOrEqual(0.15)
      expect(allHostile).toBeLessThan(1e-4)
      expect(recoveryMin).toBeLessThanOrEqual(10)
    }
  }
}, 60_000)
