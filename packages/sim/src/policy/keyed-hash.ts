/**
 * 32 bits of a text under a key (FNV-1a, stirred once more at the end). Nobody in a simulation aims at a hash, so it
 * need not withstand that; a real node's does.
 */
export function keyedHash(key: Uint8Array, text: string): number {
  let hash = 0x811c9dc5
  for (const byte of key) hash = Math.imul(hash ^ byte, 0x01000193)
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
