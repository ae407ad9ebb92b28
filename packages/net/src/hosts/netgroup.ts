import { ipv4, ipv6 } from "./ip.ts"

/** Where an IPv6 address holds an IPv4 one: addresses of tunnels and translators cost no more than those within them. */
const EMBEDDED: readonly {
  readonly prefix: bigint
  readonly bits: number
  readonly at: number
  readonly mask: bigint
}[] = [
  // Mapped (::ffff:0:0/96), translated (::ffff:0:0:0/96) and NAT64 (64:ff9b::/96): the last 32 bits.
  { prefix: 0xffffn, bits: 96, at: 0, mask: 0n },
  { prefix: 0xffff_0000n, bits: 96, at: 0, mask: 0n },
  { prefix: 0x64_ff9bn << 64n, bits: 96, at: 0, mask: 0n },
  // 6to4 (2002::/16): the bits behind the prefix.
  { prefix: 0x2002n, bits: 16, at: 80, mask: 0n },
  // Teredo (2001::/32): the last 32 bits, all turned over.
  { prefix: 0x2001_0000n, bits: 32, at: 0, mask: 0xffff_ffffn },
]

/**
 * The part of the network that an address belongs to: addresses of one group are cheap to get together, those of many
 * groups are not. IPv4: its first 16 bits; IPv6: its first 32, or those of the IPv4 address in it; names, which are free:
 * one of 16 groups, by 4 bits of an onion or i2p name, or of a hash of the last two labels of another name, which is not
 * looked up. On a local network every address is a group of its own.
 *
 * @param url Canonical.
 */
export function netgroupOf(url: string, localnet: boolean): string {
  const authority = authorityOf(url)
  if (localnet) return authority
  const host = withoutPort(authority)
  if (host === "") return url
  const four = ipv4(host)
  if (four !== undefined) return group4(four)
  const six = host.includes(":") ? ipv6(host) : undefined
  if (six !== undefined) return group6(six)
  if (host.endsWith(".onion")) return `onion/${fourBits(host)}`
  if (host.endsWith(".i2p")) return `i2p/${fourBits(host)}`
  return `name/${fourBitsOfDomain(host)}`
}

function group4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}`
}

function group6(address: bigint): string {
  const tunnel = EMBEDDED.find(({ prefix, bits }) => address >> BigInt(128 - bits) === prefix)
  if (tunnel !== undefined) return group4(Number(((address >> BigInt(tunnel.at)) & 0xffff_ffffn) ^ tunnel.mask))
  return `[${(address >> 96n).toString(16)}]`
}

/** The first character of a base32 name is worth five bits; of these the upper four. */
function fourBits(name: string): number {
  const position = "abcdefghijklmnopqrstuvwxyz234567".indexOf(name[0] ?? "")
  return position < 0 ? 0 : position >> 1
}

/** FNV-1a of the last two labels, the upper four bits. No secret: whoever makes names up gets one of each group anyway. */
function fourBitsOfDomain(name: string): number {
  const start = name.lastIndexOf(".", name.lastIndexOf(".") - 1) + 1
  let hash = 0x811c9dc5
  for (let i = start; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash >>> 28
}

/** The host of a canonical URL, without brackets; empty if it has none. */
export function hostOf(url: string): string {
  return withoutPort(authorityOf(url))
}

/** Host and port of a canonical URL. Faster than to parse what was parsed before. */
function authorityOf(url: string): string {
  const start = url.indexOf("://") + 3
  const slash = url.indexOf("/", start)
  const authority = url.slice(start, slash < 0 ? undefined : slash)
  return authority.slice(authority.lastIndexOf("@") + 1)
}

function withoutPort(authority: string): string {
  if (authority.startsWith("[")) return authority.slice(1, authority.indexOf("]"))
  const colon = authority.indexOf(":")
  return colon < 0 ? authority : authority.slice(0, colon)
}
