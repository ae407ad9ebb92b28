/** How many bytes a text takes as UTF-8. A lone surrogate counts as the character that stands in its place. */
export function byteLength(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) continue
    // Each half of a pair has two of its four bytes; what is no half has one more than two from 0x800 on.
    bytes += unit < 0x800 || isInPair(text, at, unit) ? 1 : 2
  }
  return bytes
}

/** Whether a text takes more than so many bytes as UTF-8. Looks at the characters only when its length leaves a doubt. */
export function isLongerThan(maxBytes: number, text: string): boolean {
  if (text.length * 3 <= maxBytes) return false
  return text.length > maxBytes || byteLength(text) > maxBytes
}

function isInPair(text: string, at: number, unit: number): boolean {
  if (unit >= 0xd800 && unit < 0xdc00) return isLow(text.charCodeAt(at + 1))
  return isLow(unit) && isHigh(text.charCodeAt(at - 1))
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000
}
