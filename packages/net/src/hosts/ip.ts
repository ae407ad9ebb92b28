const [ZERO, NINE, DOT] = [0x30, 0x39, 0x2e]

/** The four numbers of an IPv4 address as one number, or undefined if the text is none. */
export function ipv4(text: string): number | undefined {
  let [address, part, digits, dots] = [0, 0, 0, 0]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= ZERO && code <= NINE) {
      part = part * 10 + code - ZERO
      if (++digits > 3 || part > 255) return undefined
    } else if (code === DOT && digits > 0 && dots < 3) {
      address = address * 256 + part
      part = 0
      digits = 0
      dots++
    } else {
      return undefined
    }
  }
  return dots === 3 && digits > 0 ? address * 256 + part : undefined
}

/** The eight groups of an IPv6 address as one number, or undefined if the text is none. */
export function ipv6(text: string): bigint | undefined {
  const halves = text.split("::")
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map(groups)
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  const missing = 8 - head.length - (tail?.length ?? 0)
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  return [...head, ...Array<bigint>(missing).fill(0n), ...(tail ?? [])].reduce((sum, group) => (sum << 16n) | group, 0n)
}

/** The groups of one half of an IPv6 address; its last two may be written as an IPv4 address. */
function groups(half: string): bigint[] | undefined {
  if (half === "") return []
  const found: bigint[] = []
  const texts = half.split(":")
  for (const [i, text] of texts.entries()) {
    const embedded = i === texts.length - 1 ? ipv4(text) : undefined
    if (embedded !== undefined) found.push(BigInt(embedded) >> 16n, BigInt(embedded) & 0xffffn)
    else if (/^[0-9a-f]{1,4}$/i.test(text)) found.push(BigInt(`0x${text}`))
    else return undefined
  }
  return found.length <= 8 ? found : undefined
}
