import { distances, withNat, type LinkPolicy, type Partition } from "@dchat/runtime/virtual"
import type { SimulationOptions } from "../options.ts"

/** How much has gone over the links between hosts. */
export interface LinkMeter {
  readonly bytes: number
}

/** The links of a simulation: what was asked for, NATs, the partition of the story, and a meter over all. */
export function networkLinks(
  { links = distances({ jitter: 10 }) }: Pick<SimulationOptions, "links">,
  partition: Partition,
): { readonly links: LinkPolicy; readonly meter: LinkMeter } {
  const meter = { bytes: 0 }
  const below = partition.apply(withNat(links, (host) => host.startsWith("nat-")))
  return {
    meter,
    links: {
      connect: (link, context) => below.connect(link, context),
      send(link, bytes, context) {
        const verdict = below.send(link, bytes, context)
        if (verdict.kind === "deliver" || verdict.kind === "pieces") meter.bytes += bytes
        return verdict
      },
    },
  }
}
