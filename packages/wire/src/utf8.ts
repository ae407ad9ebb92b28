import { platformDecodeUtf8 } from "#platform"

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

// Up to these lengths a loop is faster than the call into the platform. Measured on Node 20, 22 and 24.
const SHORT_TO_DECODE = 12
const SHORT_TO_ENCODE = 32

/** The text in `bytes` from `start` up to `end`, or `undefined` when they are not UTF-8. A byte order mark is kept. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  const ascii = end - start <= SHORT_TO_DECODE ? decodeAscii(bytes, start, end) : undefined
  if (ascii !== undefined) return ascii
  const text = platformDecodeUtf8(bytes, start, end)
  if (text !== undefined) return text
  try {
    return decoder.decode(bytes.subarray(start, end))
  } catch {
    return undefined
  }
}

function decodeAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = ""
  for (let at = start; at < end; at += 1) {
    const unit = bytes[at] as number
    if (unit > 0x7f) return undefined
    text += String.fromCharCode(unit)
  }
  return text
}

/** Writes as much of `text` as there is room for from `start` up to `end`. `read` counts UTF-16 units, `written` bytes. */
export function encodeUtf8(
  text: string,
  into: Uint8Array,
  start: number,
  end: number,
): { read: number; written: number } {
  return encoder.encodeInto(text, into.subarray(start, end))
}

/** Writes `text` if it is ASCII and short. There must be room for a byte each. Returns whether it was. */
export function encodeShortAscii(text: string, into: Uint8Array, start: number): boolean {
  if (text.length > SHORT_TO_ENCODE) return false
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) return false
    into[start + i] = unit
  }
  return true
}

const LONE_SURROGATE = /\p{Surrogate}/u

/** Whether every surrogate in `text` is one of a pair: else UTF-8 cannot hold it. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text)
}
