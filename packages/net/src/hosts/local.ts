/** The numbers of an IPv4 address as one number, or undefined if the text is none. */
function ipv4(text: string): number | undefined {
  const parts = text.split(".")
  if (parts.length !== 4) return undefined
  let number = 0
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined
    number = number * 256 + Number(part)
  }
  return number
}

/** The eight groups of an IPv6 address as one number, or undefined if the text is none. */
function ipv6(text: string): bigint | undefined {
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

interface Range<N> {
  readonly first: N
  readonly last: N
}

function range4(text: string): Range<number> {
  const [base = "", bits = "32"] = text.split("/")
  const first = ipv4(base) ?? 0
  return { first, last: first + 2 ** (32 - Number(bits)) - 1 }
}

function range6(text: string): Range<bigint> {
  const [base = "", bits = "128"] = text.split("/")
  const first = ipv6(base) ?? 0n
  return { first, last: first + (1n << BigInt(128 - Number(bits))) - 1n }
}

function within<N extends number | bigint>(ranges: readonly Range<N>[], address: N): boolean {
  return ranges.some(({ first, last }) => address >= first && address <= last)
}

const NON_GLOBAL_4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "240.0.0.0/4",
].map(range4)
const GLOBAL_4 = ["192.0.0.9", "192.0.0.10"].map(range4)

const NON_GLOBAL_6 = [
  "::",
  "::1",
  "::ffff:0:0/96",
  "64:ff9b:1::/48",
  "100::/64",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "3fff::/20",
  "5f00::/16",
  "fc00::/7",
  "fe80::/10",
].map(range6)
const GLOBAL_6 = ["2001:1::1", "2001:1::2", "2001:3::/32", "2001:4:112::/48", "2001:20::/28", "2001:30::/28"].map(
  range6,
)

const LOCAL_NAMES: readonly string[] = ["localhost", "localhost.localdomain"]

/**
 * Whether a host is of this machine, of a private network, or otherwise not to be reached from everywhere
 * (darkfi-net 7.7). A name that resolves to such an address is not found out.
 *
 * @param host As in a parsed URL: a name, an IPv4 address, or an IPv6 address without brackets.
 */
export function isLocalHost(host: string): boolean {
  const four = ipv4(host)
  if (four !== undefined) return within(NON_GLOBAL_4, four) && !within(GLOBAL_4, four)
  const six = ipv6(host)
  if (six !== undefined) return within(NON_GLOBAL_6, six) && !within(GLOBAL_6, six)
  return LOCAL_NAMES.includes(host)
}
