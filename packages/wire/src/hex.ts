import { convert } from "./convert.ts"
import type { Codec } from "./codec.ts"
import { bytes } from "./primitives.ts"

/** Just `length` raw bytes as text of twice as many lower-case hexadecimal digits: a hash that can be a key. */
export function hex(length: number): Codec<string> {
  return convert(bytes(length), toHex, fromHex)
}

function toHex(raw: Uint8Array): string {
  let text = ""
  for (const byte of raw) text += byte.toString(16).padStart(2, "0")
  return text
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (!/^(?:[\da-f]{2})*$/.test(text)) throw new TypeError("not lower-case hexadecimal digits in pairs")
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16))
}
