import { JsonText } from "../message/json-text.ts"

/** One way to write one kind of value. */
export interface Form<T> {
  toJson(value: T): string | number | JsonText
  /** `undefined` when the JSON is not of this form. */
  fromJson(json: unknown): T | undefined
}

/** The most digits of a whole number that are read: making a bigint of a longer text takes too long. */
const MAX_DIGITS = 4096
const WHOLE_NUMBER = /^-?\d+$/

/** Whole numbers: as a `text` of digits, or as the `digits` themselves. Both are read either way, up to 4,096 digits. */
export const bigintForm: { readonly text: Form<bigint>; readonly digits: Form<bigint> } = {
  text: { toJson: (value) => value.toString(), fromJson: bigintFrom },
  digits: { toJson: (value) => new JsonText(value.toString()), fromJson: bigintFrom },
}

/** Bytes as base64 (RFC 4648, section 4), with padding. It is read without padding too. */
export const base64Form: Form<Uint8Array> = {
  toJson(bytes) {
    let binary = ""
    for (const byte of bytes) binary += String.fromCharCode(byte)
    return btoa(binary)
  },
  fromJson(json) {
    if (typeof json !== "string" || !BASE64.test(json)) return undefined
    try {
      return Uint8Array.from(atob(json), (char) => char.charCodeAt(0))
    } catch {
      return undefined
    }
  },
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Bytes as hexadecimal digits in small letters. Capital letters are read too. */
export const hexForm: Form<Uint8Array> = {
  toJson: (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
  fromJson(json) {
    if (typeof json !== "string" || !HEX.test(json)) return undefined
    return Uint8Array.from({ length: json.length / 2 }, (_, at) => parseInt(json.slice(2 * at, 2 * at + 2), 16))
  },
}

const HEX = /^(?:[0-9a-fA-F]{2})*$/

/** Dates: as a text of ISO 8601 in UTC (`iso`), or as `milliseconds` since 1970. */
export const dateForm: { readonly iso: Form<Date>; readonly milliseconds: Form<Date> } = {
  iso: {
    toJson: (date) => date.toISOString(),
    fromJson: (json) => (typeof json === "string" && ISO_DATE.test(json) ? validDate(json) : undefined),
  },
  milliseconds: {
    toJson: (date) => date.getTime(),
    fromJson: (json) => (typeof json === "number" ? validDate(json) : undefined),
  },
}

const ISO_DATE = /^[+-]?\d{4,6}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/

function bigintFrom(json: unknown): bigint | undefined {
  if (typeof json === "bigint") return json
  if (typeof json === "string") return json.length <= MAX_DIGITS && WHOLE_NUMBER.test(json) ? BigInt(json) : undefined
  return typeof json === "number" && Number.isSafeInteger(json) ? BigInt(json) : undefined
}

// A date here is a value that somebody has given; nobody looks at the clock.
/* oxlint-disable eslint/no-restricted-globals */
function validDate(from: string | number): Date | undefined {
  const date = new Date(from)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** Whether it is a point in time, `Invalid Date` included. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date
}
/* oxlint-enable eslint/no-restricted-globals */
