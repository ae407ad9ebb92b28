/** What the benches that measure in pairs share: cores, orders, medians. */
import { execFileSync } from "node:child_process"
import os from "node:os"

/** Keeps a process, with all its threads, on one core. Nothing happens where that cannot be done. */
export function pin(pid, core) {
  if (os.availableParallelism() < 2 && pid === process.pid) return
  try {
    execFileSync("taskset", ["-a", "-cp", String(core), String(pid)], { stdio: "ignore" })
  } catch {
    // No taskset on this system, or no such core.
  }
}

export function shuffled(list) {
  return list
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** @param {readonly number[]} numbers */
export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
}
