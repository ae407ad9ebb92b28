import { Addr, GetAddr } from "./address.ts"
import type { MessageType } from "./message.ts"
import { Ping, Pong } from "./ping.ts"
import { Verack, Version } from "./version.ts"

/** The messages that every channel knows from its first byte (darkfi-net 4.3). */
export const BUILT_IN_MESSAGES: readonly MessageType<unknown>[] = [Version, Verack, Ping, Pong, GetAddr, Addr]
