/** How loud a record is, from quiet to loud. */
export const LOG_LEVELS = ["error", "warn", "info", "debug", "trace"] as const

/** How loud a record is. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Facts that go with a record, by name. */
export type LogFields = Readonly<Record<string, unknown>>

/** One record, as a sink gets it. */
export interface LogRecord {
  readonly level: LogLevel
  /** Which part speaks: names joined by `:`, such as `net:channel`. Empty for the root. */
  readonly name: string
  readonly message: string
  readonly fields: LogFields
}

/** Where records go: pino, a list in a test, the trace of a simulation. A sink must not throw. */
export interface LogSink {
  /** Whether records of this level are wanted. Asked before a record is made, so it must be cheap. */
  accepts(level: LogLevel, name: string): boolean
  write(record: LogRecord): void
}

/** What a part says about its own doings, for people. */
export interface Log {
  error(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
  trace(message: string, fields?: LogFields): void
  /** Whether a record of this level would be kept; ask before building an expensive message. */
  isEnabled(level: LogLevel): boolean
  /** A log for the part called `name` below this one, with `fields` on each of its records. */
  child(name: string, fields?: LogFields): Log
}

const NO_FIELDS: LogFields = Object.freeze({})

class SinkLog implements Log {
  readonly #sink: LogSink
  readonly #name: string
  readonly #fields: LogFields

  constructor(sink: LogSink, name: string, fields: LogFields) {
    this.#sink = sink
    this.#name = name
    this.#fields = fields
  }

  error(message: string, fields?: LogFields): void {
    this.#write("error", message, fields)
  }

  warn(message: string, fields?: LogFields): void {
    this.#write("warn", message, fields)
  }

  info(message: string, fields?: LogFields): void {
    this.#write("info", message, fields)
  }

  debug(message: string, fields?: LogFields): void {
    this.#write("debug", message, fields)
  }

  trace(message: string, fields?: LogFields): void {
    this.#write("trace", message, fields)
  }

  isEnabled(level: LogLevel): boolean {
    return this.#sink.accepts(level, this.#name)
  }

  child(name: string, fields?: LogFields): Log {
    const path = this.#name === "" ? name : `${this.#name}:${name}`
    return new SinkLog(this.#sink, path, fields === undefined ? this.#fields : { ...this.#fields, ...fields })
  }

  #write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    if (!this.#sink.accepts(level, this.#name)) return
    const all = fields === undefined ? this.#fields : { ...this.#fields, ...fields }
    this.#sink.write({ level, name: this.#name, message, fields: all })
  }
}

/** A log that writes to `sink`. */
export function logTo(sink: LogSink): Log {
  return new SinkLog(sink, "", NO_FIELDS)
}

/** A log that keeps nothing: the default of every library here. */
export const silentLog: Log = logTo({ accepts: () => false, write: () => {} })
