import type { SlabPool } from "../stream/write-buffer.ts"
import type { Copier } from "./copier.ts"
import type { LinkContext, LinkPolicy } from "./link.ts"
import type { Scheduler } from "./scheduler.ts"

/** What all connections of a world share. */
export interface Medium {
  readonly scheduler: Scheduler
  readonly policy: LinkPolicy
  readonly context: LinkContext
  /** Bytes that may be on the way or unread in one direction. */
  readonly windowBytes: number
  readonly pool: SlabPool
  readonly copier: Copier
  /** The names of hosts that have fallen silent and are not up again. */
  readonly silentHosts: ReadonlySet<string>
}
