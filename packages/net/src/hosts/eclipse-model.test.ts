import { expect, test } from "vitest"
import { attack, type Attack, type Outcome } from "./eclipse-attack.test-kit.ts"
import { AddrmanRule, OurRule, ReferenceRule, type AddressRule } from "./eclipse-rules.test-kit.ts"

const DAY: Omit<Attack, "rate"> = { hours: 24, stepS: 360, seed: 1 }

interface Row extends Outcome {
  readonly what: string
  readonly name: string
}

async function row(rule: AddressRule, given: Attack): Promise<Row> {
  const what = `${given.rate}${given.areNames === true ? " names" : ""}`
  return { what, name: rule.name, ...(await attack(rule, given)) }
}

function print(rows: readonly Row[]): void {
  const lines = rows.map(({ what, name, share, allHostile, recoveryMin }) => [
    name,
    what,
    `${(share * 100).toFixed(1)} %`,
    allHostile.toExponential(1),
    recoveryMin === Infinity ? "never" : `${recoveryMin.toFixed(2)} min`,
  ])
  const head = ["rule", "hostile addresses at a time", "share of candidates", "all 8 hostile", "recovery"]
  console.info([head, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n"))
}

// Some 2 s when the machine has nothing else to do.
test("one hostile connection for a day: the reference's rule is lost, addrman's and ours hold", async () => {
  const rows: Row[] = []
  for (const rate of [100, 1900]) {
    for (const rule of [new ReferenceRule(), new AddrmanRule(), new OurRule(true, 1), new OurRule(false, 1)]) {
      rows.push(await row(rule, { ...DAY, rate }))
    }
  }
  rows.push(await row(new OurRule(false, 1), { ...DAY, rate: 1900, areNames: true }))
  print(rows)
  for (const { what, name, share, allHostile, recoveryMin } of rows) {
    if (name === "the reference") {
      expect(share).toBeGreaterThan(0.99)
      expect(allHostile).toBeGreaterThan(0.9)
      expect(recoveryMin).toBe(Infinity)
    } else {
      // Names are free; that each is a netgroup of its own helps him where he shares a bucket.
      expect(share).toBeLessThanOrEqual(what.includes("names") ? 0.18 : 0.15)
      expect(allHostile).toBeLessThan(1e-4)
      expect(recoveryMin).toBeLessThanOrEqual(10)
    }
  }
}, 60_000)
