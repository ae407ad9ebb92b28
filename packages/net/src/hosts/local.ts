import { ipv4, ipv6 } from "./ip.ts"

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
  for (const { first, last } of ranges) if (address >= first && address <= last) return true
  return false
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
  const six = host.includes(":") ? ipv6(host) : undefined
  if (six !== undefined) return within(NON_GLOBAL_6, six) && !within(GLOBAL_6, six)
  return LOCAL_NAMES.includes(host)
}
