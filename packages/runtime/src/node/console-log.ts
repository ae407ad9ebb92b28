import { type Log, LOG_LEVELS, type LogLevel, type LogRecord, logTo } from "../log.ts"
import { escapeControls, readableLine } from "../log-line.ts"
import { nodeClock } from "./clock.ts"

/** Options of {@link consoleLog}. */
export interface ConsoleLogOptions {
  /** The loudest level that is written. Default `info`. */
  level?: LogLevel
  /** Takes each line, its line break included. Default: it goes to the standard error. */
  write?: (line: string) => void
}

/**
 * A log for a person: `12:34:56 INFO  net: text key=value`, a line for each record, the time in UTC. Under a record of level
 * `error` stands where its errors were made. What strangers have said cannot drive the terminal.
 */
export function consoleLog({ level = "info", write = toStandardError }: ConsoleLogOptions = {}): Log {
  const loudest = LOG_LEVELS.indexOf(level)
  return logTo({
    accepts: (asked) => LOG_LEVELS.indexOf(asked) <= loudest,
    write: (record) => write(readableLine(nodeClock, record) + (record.level === "error" ? stacksOf(record) : "")),
  })
}

function toStandardError(line: string): void {
  process.stderr.write(line)
}

/** Where the errors of a record were made, indented. */
function stacksOf({ fields }: LogRecord): string {
  const stacks = Object.values(fields).map((value) => (value instanceof Error ? (value.stack ?? "") : ""))
  const lines = stacks.flatMap((stack) => stack.split("\n")).filter((line) => line.trim() !== "")
  return lines.map((line) => `    ${escapeControls(line)}\n`).join("")
}
