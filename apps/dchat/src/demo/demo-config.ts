import { stringify } from "smol-toml"

/** Whom a node of the demo knows from the start. */
export interface Acquaintances {
  readonly seeds?: readonly string[]
  readonly peers?: readonly string[]
}

/** The configuration of a node of the demo, TOML: it takes any free ports, and speaks to nobody outside the demo. */
export function demoConfig({ seeds = [], peers = [] }: Acquaintances): string {
  const anyPort = "tcp://127.0.0.1:0"
  return stringify({
    rpc: { rpc_listen: anyPort },
    net: {
      localnet: true,
      outbound_connections: 0,
      active_profiles: ["tcp"],
      profiles: { tcp: { inbound: [anyPort], seeds: [...seeds], peers: [...peers] } },
    },
  })
}
