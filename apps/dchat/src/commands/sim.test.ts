import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { createHash } from "node:crypto"
import { afterEach, beforeEach, expect, test } from "vitest"
import { run } from "../cli/run.ts"
import { Interrupted } from "../cli/shell.ts"
import type { Report } from "@dchat/sim"
import { describeReport } from "../sim/table.ts"
import { VirtualChat } from "../testing/virtual-chat.test-kit.ts"
import { COMMANDS } from "./commands.ts"

let folder = ""
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sim-"))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function sim(args: readonly string[], stop = new AbortController()) {
  await using chat = new VirtualChat()
  const said = chat.shell(chat.host("me"), stop.signal)
  const exitCode = await run(["sim", "--nodes", "6", "--minutes", "1", ...args], COMMANDS, said.shell)
  return { exitCode, out: said.out, err: said.err }
}

test("sim runs a network and shows a table and a verdict", async () => {
  const { exitCode, out, err } = await sim(["--attack", "dropper"])
  expect([exitCode, err]).toEqual([0, ""])
  expect(out).toMatch(/^nodes {12}6, for \d\.\d virtual minutes\nmessages {9}12, each reached 100\.0 % of the nodes\n/)
  expect(out).toMatch(/\nok {5}nothing is left when all have stopped\n$/)
})

test("by the reference's rule nodes believe an attacker who claims that he was seen next year", async () => {
  const { exitCode, out } = await sim(["--policy", "reference", "--attack", "eclipse"])
  expect(exitCode).toBe(1)
  expect(out).toMatch(/FAILED host lists are sound\n.* s in the future\n/)
})

test("--json and --trace are the same on every run of the same seed, and the hash is that of the file", async () => {
  const file = path.join(folder, "trace.jsonl")
  const first = await sim(["--seed", "x", "--json", "--trace", file])
  const report = JSON.parse(first.out) as Report
  const lines = readFileSync(file, "utf8")
  expect(createHash("sha256").update(lines).digest("hex")).toBe(report.trace.sha256)
  expect(JSON.parse(lines.split("\n")[0] ?? "")).toEqual({ t: 0, event: "simulation", seed: "x", nodes: 6 })
  expect((await sim(["--seed", "x", "--json"])).out).toBe(first.out)
})

test("a trace that cannot be written, and numbers that make no sense, are said in one line", async () => {
  expect(await sim(["--trace", folder])).toMatchObject({
    exitCode: 1,
    err: expect.stringMatching(/^dchat: cannot write the trace to .*\n$/) as string,
  })
  expect(await sim(["--nodes", "1"])).toMatchObject({ exitCode: 2 })
  expect(await sim(["--attack", "nobody-knows"])).toMatchObject({ exitCode: 2 })
  expect(await sim(["--policy", "none"])).toMatchObject({ exitCode: 2 })
})

test("who is stopped ends at once, with the code of the signal and without a table", async () => {
  const stop = new AbortController()
  stop.abort(new Interrupted("SIGINT", 130))
  expect(await sim(["--trace", path.join(folder, "trace.jsonl")], stop)).toEqual({ exitCode: 130, out: "", err: "" })
})

test("a verdict that failed has the seed and the faults", () => {
  const report: Report = {
    seed: "42",
    nodes: 6,
    ms: 60_000,
    passed: false,
    findings: [{ judge: "all is well", failures: ["node-1 is not"] }],
    faults: [{ at: 1000.4, what: "node-1 crashes" }],
    propagation: { messages: 0, p50: 0, p99: 0, max: 0, copies: 0, reached: 0 },
    attackers: { channels: 0, dialled: 0, addresses: 0, eclipsed: 0 },
    bans: { guilty: 0, honest: 0 },
    bytes: 0,
    trace: { sha256: "", lines: 0 },
  }
  expect(describeReport(report)).toMatch(
    /\nFAILED all is well\n {9}node-1 is not\nseed 42, faults:\n {7}1000 ms {2}node-1 crashes\n$/,
  )
})
