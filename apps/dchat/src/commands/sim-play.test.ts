import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { run } from "../cli/run.ts"
import { Interrupted } from "../cli/shell.ts"
import { VirtualChat } from "../testing/virtual-chat.test-kit.ts"
import { COMMANDS } from "./commands.ts"

const RECORDED = [
  { t: 0, event: "simulation", seed: "42", nodes: 3 },
  { t: 0, event: "host", host: "node-0", ips: ["20.0.1.1"], guilty: false },
  { t: 0, event: "host", host: "evil-0", ips: ["130.0.1.1", "130.0.1.2", "130.0.1.3", "130.0.1.4"], guilty: true },
  { t: 120.75, event: "up", node: "node-0", peer: "node-1", session: "outbound" },
  { t: 1000, event: "send", node: "node-1", kind: "flood", id: 'say "hi"' },
  { t: 1080.25, event: "recv", node: "node-0", peer: "node-1", kind: "flood", id: 'say "hi"' },
  { t: 20_000, event: "ban", node: "node-2", peer: "evil-0", why: "garbage" },
  { t: 30_000, event: "fault", what: "node-1 crashes" },
  { t: 30_100, event: "down", node: "node-0", peer: "node-1", why: "stopped" },
  { t: 61_000, event: "error", what: "node-2: Error: no" },
]

let folder = ""
let file = ""
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "play-"))
  file = path.join(folder, "trace.jsonl")
  writeFileSync(file, textOf(RECORDED))
})
afterEach(() => rmSync(folder, { recursive: true }))

function textOf(lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("")
}

/** Plays the file at once, or with these options. */
async function play(args: readonly string[] = ["--speed", "0"], name = file) {
  await using chat = new VirtualChat()
  const said = chat.shell(chat.host("me"))
  const exitCode = await run(["sim", "--play", name, ...args], COMMANDS, said.shell)
  return { exitCode, out: said.out, err: said.err }
}

test("a trace is shown event by event, and summed up", async () => {
  const { exitCode, out, err } = await play()
  expect([exitCode, err]).toEqual([0, ""])
  expect(out).toBe(`\
   0.000 s  simulation  a network of 3 nodes, seed 42
   0.000 s  host        node-0 is at 20.0.1.1
   0.000 s  host        evil-0 is an adversary's, at 130.0.1.1, 130.0.1.2, 130.0.1.3 and 1 more
   0.121 s  up          node-0 has a channel to node-1 (outbound)
   1.000 s  send        node-1 sends flood "say \\"hi\\""
   1.080 s  recv        node-0 gets flood "say \\"hi\\"" from node-1
  20.000 s  ban         node-2 bans evil-0: garbage
  30.000 s  fault       node-1 crashes
  30.100 s  down        node-0 has lost its channel to node-1: stopped
  61.000 s  error       node-2: Error: no

trace            a network of 3 nodes, seed 42
virtual time     61.000 s
events           10, 10 of them shown
channels         1 ends came up, 1 went down
messages         1 sent, 1 copies arrived
bans             1
faults           1
errors           1
`)
})

test("only events of some hosts, or of some kinds, are shown; all count", async () => {
  const names = async (...args: string[]) => {
    const { out } = await play(["--speed", "0", ...args])
    const [shown = "", summary] = out.includes("\n\n") ? out.split("\n\n") : ["", out]
    expect(summary).toContain(`events           10, ${shown === "" ? 0 : shown.split("\n").length} of them shown`)
    return [...shown.matchAll(/ s {2}(\w+)/g)].map(([, name]) => name)
  }
  expect(await names("--host", "node-1")).toEqual(["up", "send", "recv", "fault", "down"])
  expect(await names("--host", "evil-0", "node-2")).toEqual(["host", "ban", "error"])
  expect(await names("--host", "node-1", "--event", "up", "down")).toEqual(["up", "down"])
  expect(await names("--event", "ban")).toEqual(["ban"])
  expect(await names("--host", "node")).toEqual([])
})

test("who is stopped hears of it at once", async () => {
  await using chat = new VirtualChat()
  const stop = new AbortController()
  stop.abort(new Interrupted("SIGINT", 130))
  const said = chat.shell(chat.host("me"), stop.signal)
  expect(await run(["sim", "--play", file], COMMANDS, said.shell)).toBe(130)
})

test.each([
  ["nothing", "", "it is empty"],
  ["no JSON", "hello\n", "line 1: it is not JSON"],
  ["another kind of lines", '{"level":30,"time":1}\n', `line 1: it has no time "t"`],
  ["no object", "7\n", "line 1: it is no object"],
  ["a trace without its beginning", textOf(RECORDED.slice(1)), "line 1: it does not begin with the event simulation"],
  ["two traces", textOf([...RECORDED.slice(0, 1), ...RECORDED]), "line 2: another simulation begins"],
  ["an unknown event", textOf([...RECORDED, { t: 61_000, event: "party" }]), 'line 11: its event "party" is none of'],
  ["a missing member", textOf([...RECORDED, { t: 61_000, event: "fault" }]), 'line 11: its "what" is not what'],
  [
    "time that goes back",
    textOf(RECORDED.toSpliced(3, 0, { t: 500, event: "fault", what: "x" })),
    "line 5: its time 120.75",
  ],
  ["a line that was cut off", textOf(RECORDED).slice(0, -10), "line 10: it is not JSON"],
])("a file with %s is refused in one line", async (_, text, why) => {
  writeFileSync(file, text)
  const { exitCode, err } = await play()
  expect(exitCode).toBe(1)
  expect(err.startsWith(`dchat: ${file} is no trace of dchat sim: `)).toBe(true)
  expect(err).toContain(why)
  expect(err.split("\n")).toHaveLength(2)
})

test("a file that is not there, and options that make no sense, are said in one line", async () => {
  const missing = await play([], path.join(folder, "nothing"))
  expect(missing).toMatchObject({
    exitCode: 1,
    err: expect.stringMatching(/^dchat: cannot read the trace .*\n$/) as string,
  })
  for (const args of [
    ["--speed", "-1"],
    ["--speed", "fast"],
    ["--event", "party"],
    ["--nodes", "5"],
    ["--trace", "x"],
  ])
    expect(await play(args)).toMatchObject({ exitCode: 2, err: expect.stringMatching(/^dchat: [^\n]*\n$/) as string })
})

test("what sim records, sim plays", async () => {
  await using chat = new VirtualChat()
  const said = chat.shell(chat.host("me"))
  await run(["sim", "--nodes", "3", "--minutes", "1", "--trace", file], COMMANDS, said.shell)
  const { exitCode, out } = await play()
  expect(exitCode).toBe(0)
  expect(out).toMatch(/ up +node-\d has a channel to node-\d[^]*\nerrors {11}0\n$/)
})
