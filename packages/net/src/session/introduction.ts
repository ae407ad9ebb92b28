import { encode } from "@dchat/wire"
import { Verack, Version } from "../message/version.ts"
import { SettingsError } from "../settings/error.ts"
import type { Settings } from "../settings/settings.ts"

/** What a version message has left for how the peer is called, which it says twice: two names of 253 bytes, and more. */
const PEER_BYTES = 600

/** What of the settings we tell every peer. */
type Told = Pick<Settings, "nodeId" | "appName" | "appVersion" | "externalAddrs">

/**
 * Sees that we can introduce ourselves: what does not fit the messages of the version exchange would fail each connection.
 *
 * @throws {SettingsError} if it does not fit
 */
export function checkIntroduction({ nodeId, appName, appVersion, externalAddrs }: Told): void {
  const verack = encode(Verack.codec, { appVersion, appName }).length
  if (verack > Verack.maxBytes) throw tooLong("appName", appName, "appName and appVersion", verack, Verack.maxBytes)
  const { length } = encode(Version.codec, {
    nodeId,
    appName,
    version: appVersion,
    timestamp: 0n,
    connectRecvAddr: "tcp://a:0/",
    resolveRecvAddr: undefined,
    extSendAddr: [...externalAddrs],
    features: [],
  })
  const most = Version.maxBytes - PEER_BYTES
  if (length <= most) return
  const [key, value] = nodeId.length > most / 2 ? ["nodeId", nodeId] : ["externalAddrs", externalAddrs]
  throw tooLong(key, value, "nodeId, appName, appVersion and externalAddrs", length, most)
}

function tooLong(key: string, value: unknown, what: string, bytes: number, most: number): SettingsError {
  const message = `${key} is too long: ${what} take ${bytes} bytes of what we tell each peer, ${most} are allowed`
  const allowed = `${most} bytes with the others`
  return new SettingsError("wrong-value", message, { place: { key, table: "" }, value, allowed })
}
