import { decode, encode, hex } from "@dchat/wire"
import type { HostLists } from "./lists.ts"

const KEY = hex(16)

/** What decides which bucket a host goes into, as it is kept beside the host list. */
export interface SavedBuckets {
  /** 16 secret bytes; undefined if the text has none. */
  readonly key: Uint8Array | undefined
  /** For hosts that were heard of, the source. */
  readonly sources: ReadonlyMap<string, string>
}

/**
 * What the host list of the network's format has no column for: on the first line the key, as hexadecimal digits, then
 * for each host that was only heard of a line with its URL and the netgroup of who told us of it, between tabs. Without
 * it an attacker's addresses would count as their own sources after a restart, and the attacker could fill his buckets
 * again.
 */
export function formatBuckets(lists: HostLists): string {
  const lines = [`key\t${decode(KEY, lists.key)}\n`]
  for (const colour of ["dark", "grey"] as const) {
    for (const { url } of lists.entries(colour)) lines.push(`${url}\t${lists.get(url)?.source ?? ""}\n`)
  }
  return lines.join("")
}

/** Reads what {@link formatBuckets} writes. Lines that are not as they should be are skipped. */
export function parseBuckets(text: string): SavedBuckets {
  const sources = new Map<string, string>()
  let key: Uint8Array | undefined
  for (const line of text.split(/\r?\n/)) {
    const [name = "", value = ""] = line.split("\t")
    if (name === "key" && /^[\da-f]{32}$/.test(value)) key = encode(KEY, value)
    else if (name.includes(":") && value !== "") sources.set(name, value)
  }
  return { key, sources }
}
