import { type Clock, LOG_LEVELS, type LogLevel, type LogSink, readableLine } from "@dchat/runtime"
import { pino } from "pino"

/** How log lines look: for a person, or JSON for programs. */
export type LogFormat = "text" | "json"

/** Options of {@link logSink}. */
export interface LogSinkOptions {
  readonly format: LogFormat
  /** The loudest level that is written. */
  readonly level: LogLevel
  /** Takes each line, its line break included. */
  readonly write: (line: string) => void
}

/** The loudest level for a count of `-v`: none is `info`, one `debug`, more `trace`. */
export function levelOf(verbosity: number): LogLevel {
  return verbosity === 0 ? "info" : verbosity === 1 ? "debug" : "trace"
}

/** A log sink that writes lines. */
export function logSink(clock: Pick<Clock, "now">, { format, level, write }: LogSinkOptions): LogSink {
  const loudest = LOG_LEVELS.indexOf(level)
  const accepts = (asked: LogLevel): boolean => LOG_LEVELS.indexOf(asked) <= loudest
  if (format === "text") return { accepts, write: (record) => write(readableLine(clock, record)) }

  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":${clock.now()}`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  )
  return {
    accepts,
    write({ level, name, message, fields }) {
      logger[level]({ ...fields, name }, message)
    },
  }
}
