import { fork, type ChildProcess } from "node:child_process"
import type { Clock } from "@dchat/runtime"
import type { SeedOutcome, SeedRequest } from "./worker.ts"

/** How a {@link runInWorkers} runs. */
export interface PoolOptions {
  /** The program of a worker, and what it is called with. */
  readonly program: string
  readonly args: readonly string[]
  /** How many run at a time. */
  readonly jobs: number
  /** Told of each outcome, in the order in which they come. */
  readonly onOutcome: (outcome: SeedOutcome) => void
  readonly clock: Pick<Clock, "monotonic">
  /** Ends all that runs. Nothing more is told then. */
  readonly signal: AbortSignal
}

/** Has scenarios run by processes of their own, each taking the next request when it is done. Returns when all are done, or at the signal. */
export async function runInWorkers(requests: readonly SeedRequest[], options: PoolOptions): Promise<void> {
  const waiting = [...requests]
  const count = Math.min(options.jobs, waiting.length)
  await Promise.all(Array.from({ length: count }, () => runWorker(waiting, options)))
}

/** A worker, and another one in its place when it dies in the middle of a scenario. */
async function runWorker(waiting: SeedRequest[], options: PoolOptions): Promise<void> {
  const { signal, onOutcome, clock } = options
  while (waiting.length > 0 && !signal.aborted) {
    const start = clock.monotonic()
    const { left, how } = await runUntilGone(waiting, options)
    if (left === undefined || signal.aborted) continue
    const text = `the process that ran seed ${left.seed} ended with ${how}`
    const seconds = (clock.monotonic() - start) / 1000
    onOutcome({ seed: left.seed, seconds, failure: { judges: ["the process survives"], text } })
  }
}

/** Feeds one process until nothing waits or it is gone. Says which request it has left undone. */
function runUntilGone(
  waiting: SeedRequest[],
  { program, args, signal, onOutcome }: PoolOptions,
): Promise<{ readonly left: SeedRequest | undefined; readonly how: string }> {
  return new Promise((resolve) => {
    const child: ChildProcess = fork(program, args)
    let current: SeedRequest | undefined
    const next = (): void => {
      current = waiting.shift()
      if (current === undefined) child.disconnect()
      else child.send(current)
    }
    const kill = (): void => void child.kill("SIGKILL")
    child.on("message", (outcome: SeedOutcome) => {
      if (signal.aborted) return
      current = undefined
      onOutcome(outcome)
      next()
    })
    child.once("exit", (code, killedBy) => {
      signal.removeEventListener("abort", kill)
      resolve({ left: current, how: killedBy ?? `code ${String(code)}` })
    })
    // A process that could not be started has no exit.
    child.once("error", (error) => {
      if (child.pid === undefined) resolve({ left: current, how: error.message })
    })
    signal.addEventListener("abort", kill, { once: true })
    next()
  })
}
