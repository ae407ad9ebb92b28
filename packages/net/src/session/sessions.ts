import { ProtocolAddress } from "../protocol/address.ts"
import { ProtocolPing } from "../protocol/ping.ts"
import { ProtocolSeed } from "../protocol/seed.ts"
import type { SessionContext } from "./context.ts"
import { DirectSession } from "./direct.ts"
import { InboundSession } from "./inbound.ts"
import { SESSION_BITS, SESSION_DEFAULT } from "../session-kind.ts"
import { ManualSession } from "./manual.ts"
import { OutboundSession } from "./outbound.ts"
import { RefineSession } from "./refine.ts"
import { SeedSession } from "./seed.ts"

/** The sessions of a node. */
export interface Sessions {
  readonly inbound: InboundSession
  readonly manual: ManualSession
  readonly outbound: OutboundSession
  readonly direct: DirectSession
  readonly refine: RefineSession
  readonly seed: SeedSession
}

/** Makes the sessions of a node, and registers what every node says on their channels (darkfi-net 5.1). */
export function makeSessions(node: SessionContext): Sessions {
  const { inbound, outbound, manual, direct, seed } = SESSION_BITS
  const { protocols } = node
  protocols.register(inbound | outbound | manual | direct | seed, (channel) => new ProtocolPing(channel, node))
  protocols.register(SESSION_DEFAULT, (channel) => new ProtocolAddress(channel, node))
  protocols.register(seed, (channel) => new ProtocolSeed(channel, node))
  const seeds = new SeedSession(node)
  return {
    inbound: new InboundSession(node),
    manual: new ManualSession(node),
    outbound: new OutboundSession(node, seeds),
    direct: new DirectSession(node, seeds),
    refine: new RefineSession(node),
    seed: seeds,
  }
}
