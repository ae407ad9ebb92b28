import { Unreadable, type Frame } from "./framing.ts"

/** Bytes that should be UTF-8, as a message. */
export function textOf(bytes: Uint8Array): Frame {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return new Unreadable("not UTF-8")
  }
}
