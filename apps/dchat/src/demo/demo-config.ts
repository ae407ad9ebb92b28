import { stringify } from "smol-toml"

/** What a node of the demo does besides listening. */
export interface Role {
  /** Whom it asks for the addresses of others. */
  readonly seeds?: readonly string[]
  /** Whether it lets others know of it. */
  readonly advertises?: boolean
  /** How many connections it makes to those that it learns of. */
  readonly outbound?: number
}

/** The configuration of a node of the demo, TOML: it takes any free ports, and speaks to nobody outside the demo. */
export function demoConfig({ seeds = [], advertises = false, outbound = 0 }: Role): string {
  const anyPort = "tcp://127.0.0.1:0"
  return stringify({
    rpc: { rpc_listen: anyPort },
    net: {
      localnet: true,
      outbound_connections: outbound,
      active_profiles: ["tcp"],
      profiles: { tcp: { inbound: [anyPort], external_addrs: advertises ? [anyPort] : [], seeds: [...seeds] } },
    },
  })
}
