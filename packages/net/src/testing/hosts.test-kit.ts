import { HostLists, type ListPolicy } from "../hosts/lists.ts"
import { netgroupOf } from "../hosts/netgroup.ts"
import type { Source } from "../hosts/source.ts"

/** A peer that talks of others. */
export const SOMEBODY: Source = { group: "9.9", isOwn: () => false }

/** Lists under a key that is no secret, where nobody is terrible unless the test says so. */
export function testLists(policy: Partial<ListPolicy> = {}, key: Uint8Array = new Uint8Array(16)): HostLists {
  return new HostLists(key, { groupOf: (url) => netgroupOf(url, false), terrible: () => () => false, ...policy })
}
