import { formatSemVer, type SemVer } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
import { describeFault, type PeerFault } from "../channel/fault.ts"
import { ChannelStopped } from "../channel/stopped.ts"
import type { Settings } from "../settings/settings.ts"

/** The settings by which two nodes fit each other. */
export type FittingSettings = Pick<Settings, "appName" | "appVersion" | "magicBytes">

/** How much of what a peer calls itself is repeated, in characters: its version message has room for two thousand. */
const MOST_SHOWN = 64

const ALIKE = "appName and the first two numbers of appVersion must be the same on both sides"

/** The fault of a peer of another application, or of another major or minor version; undefined if it fits. */
export function misfit(appName: string, appVersion: SemVer, settings: FittingSettings): PeerFault | undefined {
  const ours = settings.appVersion
  const fits = appName === settings.appName && appVersion.major === ours.major && appVersion.minor === ours.minor
  if (fits) return undefined
  return {
    kind: "version-mismatch",
    got: nameOf(appName, appVersion),
    want: nameOf(settings.appName, ours),
  }
}

/** Whether an exchange failed since the two are of different networks, applications or versions, as far as we can see. */
export function isMisfit(error: unknown): error is ChannelStopped {
  if (!(error instanceof ChannelStopped)) return false
  return error.fault?.kind === "version-mismatch" || error.fault?.kind === "wrong-magic"
}

/**
 * The reason for which a version exchange failed, in words for the person who can mend it. A peer that finds that we do not
 * fit says nothing: it hangs up. So of who hangs up we look at what he has said of himself, and if that is nothing we say
 * what is most likely. The code stays.
 */
export function explain(
  reason: ChannelStopped,
  channel: Pick<Channel, "session" | "version" | "progress">,
  settings: FittingSettings,
): ChannelStopped {
  const { code, fault, message } = reason
  const { session, version, progress } = channel
  const told = (text: string, why = fault): ChannelStopped =>
    new ChannelStopped(code, text, { cause: reason, ...(why !== undefined && { fault: why }) })
  const magic = hex(settings.magicBytes)

  if (fault?.kind === "version-mismatch") return told(`${message}: ${ALIKE}`)
  if (fault?.kind === "wrong-magic")
    return told(`${message} (${magic}): it is of another network, whose magicBytes differ, or no node at all`)
  if (fault?.kind === "handshake-timeout" && progress.received === 0)
    return told(`${message}: the peer says nothing, so it may be no node at all`)
  if (code !== "closed-by-peer" && code !== "broken") return reason
  if (version !== undefined) {
    const found = misfit(version.appName, version.version, settings)
    return found === undefined ? reason : told(`${describeFault(found)}: ${ALIKE}`, found)
  }
  // Who has dialled us and leaves without a word was only looking whether somebody is here.
  if (session === "inbound") return reason
  return told(
    `${message}; it has not said who it is, and may expect another appName, appVersion or magicBytes than ours ` +
      `(${nameOf(settings.appName, settings.appVersion)}, ${magic}), have banned us, have no place left for us, or be no node at all`,
  )
}

/** An application and its version. */
function nameOf(appName: string, version: SemVer): string {
  return `${JSON.stringify(shorten(appName))} ${shorten(formatSemVer(version))}`
}

function shorten(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ")
}
