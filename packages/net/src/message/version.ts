import { option, semver, string, struct, tuple, u32, u64, url, vec } from "@dchat/wire"
import { BUILT_IN } from "./metering.ts"
import { defineMessage, type MessageOf } from "./message.ts"

/** Introduces a node; the first thing that each side sends (darkfi-net 3.1, 3.2, 5.2). */
export const Version = defineMessage({
  command: "version",
  codec: struct({
    /** A label for debugging, normally empty. */
    nodeId: string,
    appName: string,
    version: semver,
    /** UNIX seconds. Nobody checks it. */
    timestamp: u64,
    /** What the sender calls the receiver: the address it was asked to dial, or the socket that it saw. */
    connectRecvAddr: url,
    /** What a dialler really dialled; nothing from an acceptor. */
    resolveRecvAddr: option(url),
    /** Where the sender can be reached. */
    extSendAddr: vec(url),
    /** Always empty, never read. */
    features: vec(tuple(string, u32)),
  }),
  maxBytes: 2043,
  metering: BUILT_IN,
})

/** How a node introduced itself. */
export type VersionInfo = MessageOf<typeof Version>

/** Answers a {@link Version} with the sender's own application and version. */
export const Verack = defineMessage({
  command: "verack",
  codec: struct({ appVersion: semver, appName: string }),
  maxBytes: 128,
  metering: BUILT_IN,
})
