import type { AddressPolicy, Settings } from "@dchat/net"
import { addrmanPolicy } from "./addrman.ts"
import { referencePolicy } from "./reference.ts"

/** By which rule the nodes of a simulation keep and choose addresses. */
export type PolicyName = "ours" | "reference" | "addrman"

/** A rule, and the settings that go with it. */
export interface SimPolicy {
  readonly addressPolicy: Partial<AddressPolicy>
  readonly settings: Partial<Settings>
}

/** The rules that are there to compare ours with, and ours. */
export const policies: Readonly<Record<PolicyName, SimPolicy>> = {
  ours: { addressPolicy: {}, settings: {} },
  reference: { addressPolicy: referencePolicy, settings: {} },
  // A feeler every two minutes.
  addrman: { addressPolicy: addrmanPolicy, settings: { greylistRefineryInterval: 120 } },
}
