import { BucketLists, type BucketListsContext } from "../hosts/bucket-lists.ts"
import { netgroupOf } from "../hosts/netgroup.ts"
import type { Source } from "../hosts/source.ts"

/** A peer that talks of others. */
export const SOMEBODY: Source = { group: "9.9", isOwn: () => false }

/** Lists under a key that is no secret, where nobody is terrible unless the test says so. */
export function testLists(
  context: Partial<BucketListsContext> = {},
  key: Uint8Array = new Uint8Array(16),
): BucketLists {
  return new BucketLists(key, {
    groupOf: (url) => netgroupOf(url, false),
    terrible: () => () => false,
    mayComeBack: () => false,
    ...context,
  })
}
