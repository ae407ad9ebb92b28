import type { Clock } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import { SeededRandom } from "@dchat/runtime/virtual"
import { memoryPair } from "../transport/memory.ts"
import type { Transport } from "../transport/transport.ts"
import type { Fault, Faults } from "./faults.ts"
import { FaultyTransport } from "./faulty-transport.ts"

/** Options of {@link faultyPair}. */
export interface FaultyPairOptions {
  /** Everything that happens follows from it and from what is sent. Print it when a test fails. Default 1. */
  readonly seed?: string | number
  /** What goes wrong with messages of the first end, on their way to the second. */
  readonly there?: Faults
  /** What goes wrong with messages of the second end, on their way to the first. */
  readonly back?: Faults
  /** Called with each thing that goes wrong. */
  readonly onFault?: (fault: Fault, text: string) => void
  /** Default: the platform's. In tests: that of a virtual world. */
  readonly clock?: Clock
}

/** As `memoryPair`, with whatever can happen to messages on a bad line. The same seed makes the same things happen. */
export function faultyPair({
  seed = 1,
  there = {},
  back = {},
  onFault = () => {},
  clock = platformClock,
}: FaultyPairOptions = {}): readonly [Transport, Transport] {
  const [near, far] = memoryPair({ clock })
  const random = new SeededRandom(seed)
  return [
    new FaultyTransport(near, { faults: there, random: random.fork("there"), clock, onFault }),
    new FaultyTransport(far, { faults: back, random: random.fork("back"), clock, onFault }),
  ]
}
