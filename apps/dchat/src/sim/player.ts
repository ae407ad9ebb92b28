import type { Clock } from "@dchat/runtime"
import { sleep } from "@dchat/task"
import { Failure, messageOf } from "../cli/failure.ts"
import { describeEvent, namesHost, parseTraceLine, type EventName, type TraceLine } from "./trace-line.ts"

/** So much text is gathered before it is shown, in characters. */
const CHUNK = 16 * 1024
/** Who waits for less than this need not wait, in milliseconds. */
const LEAST_WAIT_MS = 5

/** A trace that was recorded. */
export interface RecordedTrace {
  /** What errors call it. */
  readonly name: string
  readonly lines: AsyncIterable<string>
}

/** How a trace is played. */
export interface PlayOptions {
  /** How many times faster than it happened; 0: at once. */
  readonly speed: number
  /** Only what names one of these hosts. Empty: all. */
  readonly hosts: readonly string[]
  /** Only these events. Empty: all. */
  readonly events: readonly EventName[]
  readonly out: (text: string) => void
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Shows the events of a trace, each at its time, then a summary of the whole trace.
 *
 * @throws {Failure} if a line is none of a trace; what reading a line throws
 */
export async function playTrace(trace: RecordedTrace, options: PlayOptions): Promise<void> {
  const { speed, out, clock, signal } = options
  const hosts = new Set(options.hosts)
  const events = new Set(options.events)
  const summary = new TraceSummary()
  const start = clock.monotonic()
  let waiting = ""
  const show = (): void => {
    out(waiting)
    waiting = ""
  }
  for await (const line of traceLines(trace)) {
    signal.throwIfAborted()
    const isShown = (hosts.size === 0 || namesHost(line, hosts)) && (events.size === 0 || events.has(line.event))
    summary.add(line, isShown)
    if (!isShown) continue
    const wait = speed === 0 ? 0 : start + line.t / speed - clock.monotonic()
    if (wait >= LEAST_WAIT_MS) {
      show()
      await sleep(wait, { clock, signal })
    }
    waiting += `${seconds(line.t).padStart(10)}  ${line.event.padEnd(10)}  ${describeEvent(line)}\n`
    if (waiting.length >= CHUNK) show()
  }
  waiting += summary.describe()
  show()
}

/** The lines of a trace. Throws a {@link Failure} that names the line when one is none. */
async function* traceLines({ name, lines }: RecordedTrace): AsyncGenerator<TraceLine> {
  let number = 0
  let before = 0
  const wrong = (why: string): Failure => new Failure(`${name} is no trace of dchat sim: line ${number}: ${why}`)
  for await (const text of lines) {
    number++
    let line: TraceLine
    try {
      line = parseTraceLine(text)
    } catch (error) {
      throw wrong(messageOf(error))
    }
    if ((number === 1) !== (line.event === "simulation"))
      throw wrong(number === 1 ? "it does not begin with the event simulation" : "another simulation begins")
    if (line.t < before) throw wrong(`its time ${line.t} is before that of the line before, ${before}`)
    before = line.t
    yield line
  }
  if (number === 0) throw new Failure(`${name} is no trace of dchat sim: it is empty`)
}

/** What a trace has in all. */
class TraceSummary {
  readonly #counts = new Map<EventName, number>()
  #title = ""
  #until = 0
  #lines = 0
  #shown = 0

  add(line: TraceLine, isShown: boolean): void {
    if (line.event === "simulation") this.#title = describeEvent(line)
    this.#counts.set(line.event, (this.#counts.get(line.event) ?? 0) + 1)
    this.#until = line.t
    this.#lines++
    if (isShown) this.#shown++
  }

  describe(): string {
    const count = (event: EventName): number => this.#counts.get(event) ?? 0
    const rows = [
      ["trace", this.#title],
      ["virtual time", seconds(this.#until)],
      ["events", `${this.#lines}, ${this.#shown} of them shown`],
      ["channels", `${count("up")} ends came up, ${count("down")} went down`],
      ["messages", `${count("send")} sent, ${count("recv")} copies arrived`],
      ["bans", String(count("ban"))],
      ["faults", String(count("fault"))],
      ["errors", String(count("error"))],
    ] as const
    return `${this.#shown > 0 ? "\n" : ""}${rows.map(([name, value]) => `${name.padEnd(16)} ${value}\n`).join("")}`
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`
}
