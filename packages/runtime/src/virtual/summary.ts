/** Bytes in a line of a trace: how many, and 32 bits of FNV-1a over them. */
export function summary(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < bytes.length; index++) hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193)
  return `${bytes.length} ${(hash >>> 0).toString(16)}`
}
