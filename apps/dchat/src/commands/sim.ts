import type { AdversaryName, PolicyName } from "@dchat/sim"
import { InvalidArgumentError, Option } from "commander"
import { type AddCommand, newCommand } from "../cli/command.ts"
import { Failure } from "../cli/failure.ts"
import type { Shell } from "../cli/shell.ts"
import { playTrace } from "../sim/player.ts"
import { describeReport } from "../sim/table.ts"
import { EVENT_NAMES, type EventName } from "../sim/trace-line.ts"
import { readTraceFile, TraceFile } from "../sim/trace-file.ts"

const ATTACKS: readonly AdversaryName[] = [
  "eclipse",
  "flooder",
  "dropper",
  "slowloris",
  "nonreader",
  "garbage",
  "clock",
  "spammer",
]
const POLICIES: readonly PolicyName[] = ["ours", "reference", "addrman"]
/** What is of no use where a trace is played. */
const RUN_OPTIONS = ["nodes", "seed", "minutes", "every", "attack", "policy", "json", "trace"]
const BAR = 28

interface SimOptions {
  readonly nodes: number
  readonly seed: string
  readonly minutes: number
  readonly every: number
  readonly attack: readonly AdversaryName[]
  readonly policy: PolicyName
  readonly json?: boolean
  readonly trace?: string
  readonly play?: string
  readonly speed: number
  readonly host: readonly string[]
  readonly event: readonly EventName[]
}

/** `dchat sim`. */
export const addSimCommand: AddCommand = (program, shell) => {
  newCommand(program, "sim", "run a whole network on virtual time and judge it; the same seed gives the same run")
    .option("-n, --nodes <count>", "honest nodes, 2 to 65536", wholeNumber(2, 65_536), 50)
    .option("-s, --seed <seed>", "any text", "1")
    .option("-m, --minutes <minutes>", "virtual minutes", wholeNumber(1, 100_000), 5)
    .option("--every <seconds>", "from one flooded message to the next", wholeNumber(1, 100_000), 10)
    .addOption(new Option("-a, --attack <names...>", "who attacks: one or more").choices(ATTACKS).default([], "nobody"))
    .addOption(new Option("--policy <name>", "by which rule nodes keep addresses").choices(POLICIES).default("ours"))
    .option("--json", "print JSON, for programs")
    .option("--trace <file>", "write what happens to a file, as lines of JSON")
    .addOption(new Option("--play <file>", "show what is in such a file, and run nothing").conflicts(RUN_OPTIONS))
    .option("--speed <factor>", "with --play: so many times faster than it happened; 0: at once", atLeastZero, 10)
    .addOption(new Option("--host <names...>", "with --play: only what names one of these hosts").default([], "all"))
    .addOption(new Option("--event <events...>", "with --play: only these").choices(EVENT_NAMES).default([], "all"))
    .action((options: SimOptions) =>
      options.play === undefined ? runSim(options, shell) : play(options.play, options, shell),
    )
}

async function runSim(
  { json, trace, nodes, seed, minutes, attack, policy, every }: SimOptions,
  shell: Shell,
): Promise<void> {
  const { runScenario } = await import("@dchat/sim")
  const file = trace === undefined ? undefined : new TraceFile(trace)
  const bar = shell.isInteractive && json !== true ? new ProgressBar(shell, minutes + 1) : undefined
  try {
    const report = await runScenario({
      nodes,
      seed,
      minutes,
      attacks: attack,
      policy,
      everyS: every,
      onProgress(now) {
        shell.stopSignal.throwIfAborted()
        bar?.show(now)
      },
      ...(file !== undefined && { trace: { onLine: (line: string) => file.add(line) } }),
    })
    bar?.clear()
    shell.out(json === true ? `${JSON.stringify(report)}\n` : describeReport(report))
    if (!report.passed) throw new Failure(`the simulation with seed ${seed} failed: see what the judges say`)
  } catch (error) {
    bar?.clear()
    shell.stopSignal.throwIfAborted()
    throw error
  } finally {
    file?.close()
  }
}

function play(name: string, { speed, host: hosts, event: events }: SimOptions, shell: Shell): Promise<void> {
  const { stopSignal: signal, runtime } = shell
  const options = { speed, hosts, events, signal, clock: runtime.clock, out: (text: string) => shell.out(text) }
  return playTrace({ name, lines: readTraceFile(name) }, options)
}

/** How far a simulation has come, on one line of a terminal. */
class ProgressBar {
  readonly #shell: Shell
  readonly #minutes: number
  #shown = -1

  constructor(shell: Shell, minutes: number) {
    this.#shell = shell
    this.#minutes = minutes
  }

  show(nowMs: number): void {
    const part = Math.min(1, nowMs / (this.#minutes * 60_000))
    const percent = Math.floor(100 * part)
    if (percent === this.#shown) return
    this.#shown = percent
    const done = Math.round(BAR * part)
    this.#shell.err(`\r[${"#".repeat(done)}${".".repeat(BAR - done)}] ${percent} %`)
  }

  clear(): void {
    this.#shell.err("\r\u001b[K")
  }
}

function atLeastZero(argument: string): number {
  const value = Number(argument)
  if (argument.trim() === "" || !(value >= 0)) throw new InvalidArgumentError("It must be a number from 0 on")
  return value
}

function wholeNumber(least: number, most: number): (argument: string) => number {
  return (argument) => {
    const value = Number(argument)
    if (argument.trim() === "" || !Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}`)
    return value
  }
}
