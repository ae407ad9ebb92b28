// Nothing here is faster than a TextDecoder and a TextEncoder.

/** Leaves it to the others. */
export function platformDecodeUtf8(_bytes: Uint8Array, _start: number, _end: number): string | undefined {
  return undefined
}

/** Leaves it to the others. */
export function platformEncodeUtf8(_text: string, _into: Uint8Array, _start: number): number | undefined {
  return undefined
}
