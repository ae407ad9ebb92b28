export { MemoryLog, type MemoryLogOptions } from "../memory-log.ts"
export { MemoryStore } from "../memory-store.ts"
export type { VirtualClock } from "./clock.ts"
export { VirtualTimeError, type VirtualTimeErrorCode } from "./error.ts"
export type { CrashOptions, Holdings, HostOptions, RestartOptions, VirtualHost } from "./host.ts"
export {
  fixedDelay,
  type ConnectVerdict,
  type Link,
  type LinkContext,
  type LinkEnd,
  type LinkPolicy,
  type Piece,
  type SendVerdict,
} from "./link.ts"
export { withBandwidth, type BandwidthOptions } from "./links/bandwidth.ts"
export { withChunks, type ChunkOptions } from "./links/chunks.ts"
export { distances, type DistanceOptions } from "./links/distance.ts"
export { withLoss, type LossOptions } from "./links/loss.ts"
export { withNat } from "./links/nat.ts"
export { Partition } from "./links/partition.ts"
export { withHalfOpen, withSilence, type HalfOpenOptions } from "./links/silence.ts"
export { SeededRandom } from "./random.ts"
export { tornStore } from "./torn-store.ts"
export { virtualWorld, type RunOptions, type VirtualWorld, type WorldOptions } from "./world.ts"
