import { silentLog, type Log } from "../log.ts"
import { MemoryStore } from "../memory-store.ts"
import type { Runtime } from "../runtime.ts"
import { nodeClock } from "./clock.ts"
import { NodeNetwork } from "./network.ts"
import { nodeRandom } from "./random.ts"
import { DirectoryStore } from "./store.ts"

/** Options of {@link nodeRuntime}. */
export interface NodeRuntimeOptions {
  /** Where the store keeps its files; made when first written to. Default: the store is in memory, and forgets. */
  directory?: string
  /** Default: nothing is logged. */
  log?: Log
}

/** The real world: this computer's clock, randomness, sockets and files. */
export function nodeRuntime(options: NodeRuntimeOptions = {}): Runtime {
  const log = options.log ?? silentLog
  return {
    clock: nodeClock,
    random: nodeRandom,
    network: new NodeNetwork(log),
    store: options.directory === undefined ? new MemoryStore() : new DirectoryStore(options.directory),
    log,
  }
}
