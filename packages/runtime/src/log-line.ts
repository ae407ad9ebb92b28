import type { Clock } from "./clock.ts"
import type { LogRecord } from "./log.ts"

const DAY_MS = 86_400_000

/**
 * A record as a line for a person: `12:34:56 INFO  net:channel: text key=value`. The time is UTC. Characters that
 * a terminal would obey are shown as escapes, for parts of a record come from strangers.
 */
export function readableLine(clock: Pick<Clock, "now">, { level, name, message, fields }: LogRecord): string {
  const part = name === "" ? "" : `${name}: `
  const facts = Object.entries(fields).map(([key, value]) => ` ${key}=${show(value)}`)
  return `${timeOfDay(clock.now())} ${level.toUpperCase().padEnd(5)} ${escapeControls(part + message + facts.join(""))}\n`
}

/** `12:34:56`, in UTC. */
export function timeOfDay(now: number): string {
  const seconds = Math.floor((((now % DAY_MS) + DAY_MS) % DAY_MS) / 1000)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return parts.map((part) => String(part).padStart(2, "0")).join(":")
}

/**
 * Text of a stranger made harmless for a terminal, on one line: characters that control it or turn the direction of writing
 * become escapes, such as `\n` and `\u001b`.
 */
export function escapeControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, (character) => {
    const known = SHORT_ESCAPES.get(character)
    return known ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  })
}

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
])

function show(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.message)
  if (typeof value === "string" && /^[^\s"=]+$/.test(value)) return value
  return typeof value === "bigint" ? String(value) : safeJson(value)
}

/** JSON that never throws: a log line must not break what it tells of. */
function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part)) ?? "undefined"
  } catch {
    return "[unprintable]"
  }
}
