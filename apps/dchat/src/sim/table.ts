import type { Report } from "@dchat/sim"

/** A report for people: a table, what the judges say, and what is needed to see it again. */
export function describeReport(report: Report): string {
  const { propagation, attackers, bans } = report
  const rows: readonly (readonly [string, string])[] = [
    ["nodes", `${report.nodes}, for ${minutes(report.ms)}`],
    ["messages", `${propagation.messages}, each reached ${percent(propagation.reached)} of the nodes`],
    ["propagation", `p50 ${ms(propagation.p50)}, p99 ${ms(propagation.p99)}, max ${ms(propagation.max)}`],
    ["copies per node", propagation.copies.toFixed(2)],
    ["attacker share", `${percent(attackers.channels)} of channels, ${percent(attackers.dialled)} of those dialled`],
    ["", `${percent(attackers.addresses)} of addresses; ${attackers.eclipsed} nodes eclipsed`],
    ["bans", `${bans.guilty} of the guilty, ${bans.honest} of the honest`],
    ["bytes", `${(report.bytes / 1e6).toFixed(1)} MB`],
    ["trace", `${report.trace.lines} lines, ${report.trace.sha256}`],
  ]
  const table = rows.map(([name, value]) => `${name.padEnd(16)} ${value}`)
  return [...table, "", ...verdict(report), ""].join("\n")
}

function verdict({ passed, findings, faults, seed }: Report): string[] {
  const judged = findings.map(({ judge, failures }) =>
    [`${failures.length === 0 ? "ok    " : "FAILED"} ${judge}`, ...failures.map((text) => `         ${text}`)].join(
      "\n",
    ),
  )
  if (passed) return judged
  const told = faults.map(({ at, what }) => `       ${Math.round(at)} ms  ${what}`)
  return [...judged, `seed ${seed}, faults:${told.length === 0 ? " none" : ""}`, ...told]
}

function minutes(time: number): string {
  return `${(time / 60_000).toFixed(1)} virtual minutes`
}

function ms(time: number): string {
  return `${Math.round(time)} ms`
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`
}
