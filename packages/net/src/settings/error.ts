/** Where a setting stands, in the words of the person who wrote it. */
export interface Place {
  /** The TOML key, perhaps with an index (`peers[1]`), or the flag (`--peers`). */
  readonly key: string
  /** The table that the key is in, such as `[net]`; empty for a flag. */
  readonly table: string
}

/**
 * What is wrong with a setting: its value is not allowed, an active profile has no table of its own in the file, or a program
 * names a setting that there is not.
 */
export type SettingsErrorCode = "wrong-value" | "no-profile" | "unknown"

/** A setting is wrong. The text says which, what it is, and what is allowed. */
export class SettingsError extends Error {
  override readonly name = "SettingsError"
  readonly code: SettingsErrorCode
  readonly place: Place
  readonly value: unknown
  /** What is allowed, in words: "a whole number from 0 to 100". */
  readonly allowed: string

  constructor(code: SettingsErrorCode, message: string, details: { place: Place; value: unknown; allowed: string }) {
    super(message)
    this.code = code
    this.place = details.place
    this.value = details.value
    this.allowed = details.allowed
  }
}

/** The error for a value that is not allowed. */
export function wrongValue(place: Place, value: unknown, allowed: string): SettingsError {
  const message = `${showPlace(place)} is ${show(value)}, but must be ${allowed}`
  return new SettingsError("wrong-value", message, { place, value, allowed })
}

/** A place as it is shown to people: "peers[1] in [net]". */
function showPlace({ key, table }: Place): string {
  return table === "" ? key : `${key} in ${table}`
}

const SHOWN_LENGTH = 80

/** A value of a TOML file as it is shown to people: short, on one line. */
function show(value: unknown): string {
  if (value === undefined) return "missing"
  if (isTable(value)) return "a table"
  if (typeof value === "number" || typeof value === "bigint") return String(value)
  const isDate = typeof value === "object" && value !== null && !Array.isArray(value)
  return isDate ? "a date" : shorten(JSON.stringify(value) ?? typeof value)
}

function shorten(text: string): string {
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}...`
}

/** Whether a value of a TOML file is a table: neither a list nor a date. */
export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
