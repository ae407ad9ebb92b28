export { MemoryLog, type MemoryLogOptions } from "../memory-log.ts"
export { MemoryStore } from "../memory-store.ts"
export type { VirtualClock } from "./clock.ts"
export { VirtualTimeError, type VirtualTimeErrorCode } from "./error.ts"
export type { HostOptions, VirtualHost } from "./host.ts"
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
export { SeededRandom } from "./random.ts"
export { virtualWorld, type RunOptions, type VirtualWorld, type WorldOptions } from "./world.ts"
