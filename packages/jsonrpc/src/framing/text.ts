import { platformDecodeUtf8 } from "@dchat/runtime/platform"
import type { Frame } from "./framing.ts"

/** Bytes that should be UTF-8, as a message. */
export function textOf(bytes: Uint8Array): Frame {
  try {
    return platformDecodeUtf8(bytes)
  } catch {
    return { reason: "not UTF-8" }
  }
}
