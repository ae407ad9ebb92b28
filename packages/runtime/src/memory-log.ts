import { LOG_LEVELS, type LogLevel, type LogRecord, type LogSink } from "./log.ts"

/** Options of {@link MemoryLog}. */
export interface MemoryLogOptions {
  /** The loudest level that is kept. Default `trace`: all. */
  level?: LogLevel
  /** How many records are kept; the oldest go first. Default 1,000. */
  limit?: number
}

/** A log sink that remembers the last records, for tests and for a live view. */
export class MemoryLog implements LogSink {
  readonly #loudest: number
  readonly #limit: number
  #records: LogRecord[] = []

  constructor(options: MemoryLogOptions = {}) {
    this.#loudest = LOG_LEVELS.indexOf(options.level ?? "trace")
    this.#limit = options.limit ?? 1_000
  }

  /** What was written, oldest first. */
  get records(): readonly LogRecord[] {
    return this.#records.slice(-this.#limit)
  }

  accepts(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) <= this.#loudest
  }

  write(record: LogRecord): void {
    if (!this.accepts(record.level)) return
    this.#records.push(record)
    if (this.#records.length >= 2 * this.#limit) this.#records = this.#records.slice(-this.#limit)
  }
}
