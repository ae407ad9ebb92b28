import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { runSwarm } from "./run.ts"

/** A worker that runs nothing: seed 2 fails, seed 3 kills it, seed 4 never comes to an end. */
const WORKER = `
process.once("disconnect", () => process.exit())
process.on("message", ({ seed, size }) => {
  if (seed === 3) process.exit(7)
  if (seed === 4) return
  const failure = seed === 2 ? { judges: ["a judge"], text: "not so: a judge" } : undefined
  process.send({ seed, seconds: size.minutes, failure })
})
`
const size = { nodes: 5, minutes: 1 }

let state = ""
let program = ""
beforeEach(() => {
  state = mkdtempSync(path.join(tmpdir(), "swarm-"))
  program = path.join(state, "worker.mjs")
  writeFileSync(program, WORKER)
})
afterEach(() => rmSync(state, { recursive: true }))

/** @param lastLine What ends it. */
async function swarm(seeds: number, only?: number, lastLine?: string) {
  const lines: string[] = []
  const stop = new AbortController()
  const print = (line: string): void => {
    lines.push(line)
    if (lastLine !== undefined && line.startsWith(lastLine)) stop.abort()
  }
  const options = { size, state, only, seeds, jobs: 2, program }
  const exitCode = await runSwarm(options, { print, clock: { monotonic: () => 0 }, stopSignal: stop.signal })
  return { exitCode, lines }
}

test("seeds are run side by side, a process that dies is a failure of its seed, and the count goes on the next time", async () => {
  const first = await swarm(3)
  expect(first.exitCode).toBe(1)
  expect(
    first.lines
      .filter((line) => /^\d {2}/.test(line))
      .map((line) => line.slice(0, 9))
      .toSorted(),
  ).toEqual(["1  ok  1.", "2  FAILED", "3  FAILED"])
  expect(first.lines).toContain("not so: a judge")
  expect(first.lines).toContain("the process that ran seed 3 ended with code 7")
  expect(first.lines.slice(-2)).toEqual([
    "3 seeds run in 0.0 min, 2 failed",
    "3 seeds run in all, of 5 nodes for 1 minute; 2 failed: 2 3; the next is 4",
  ])
  const fifth = await swarm(1, 5)
  expect([fifth.exitCode, fifth.lines.at(-1)]).toEqual([
    0,
    "4 seeds run in all, of 5 nodes for 1 minute; 2 failed: 2 3; the next is 4",
  ])
})

test("who ends it loses nothing that was finished", async () => {
  await swarm(3)
  // The fourth never ends; the fifth and the sixth are run beside it.
  const { exitCode, lines } = await swarm(3, undefined, "6  ok")
  expect([exitCode, lines.at(-2)]).toEqual([1, "stopped; 1 seed was not finished. 2 seeds run in 0.0 min, 0 failed"])
  expect(JSON.parse(readFileSync(path.join(state, "swarm.json"), "utf8"))).toEqual({
    size,
    next: 4,
    beyond: [5, 6],
    passed: 3,
    failed: [2, 3],
  })
})

test("a count that cannot be read ends it before anything is run", async () => {
  writeFileSync(path.join(state, "swarm.json"), "{}")
  await expect(swarm(1)).rejects.toThrow(/swarm\.json cannot be used: it is no count of the swarm/)
})
