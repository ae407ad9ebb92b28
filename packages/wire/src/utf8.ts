const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/** The text in `bytes` from `start` up to `end`, or `undefined` when they are not UTF-8. A byte order mark is kept. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return decoder.decode(bytes.subarray(start, end))
  } catch {
    return undefined
  }
}

/** Writes as much of `text` as there is room for. `read` counts UTF-16 units, `written` bytes. */
export function encodeUtf8(text: string, into: Uint8Array): { read: number; written: number } {
  return encoder.encodeInto(text, into)
}

const LONE_SURROGATE = /\p{Surrogate}/u

/** Whether every surrogate in `text` is one of a pair: else UTF-8 cannot hold it. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text)
}
