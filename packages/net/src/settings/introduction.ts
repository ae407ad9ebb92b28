import { encode } from "@dchat/wire"
import { Verack, Version } from "../message/version.ts"
import { SettingsError } from "./error.ts"
import type { Settings } from "./settings.ts"

/** What a version message has left for how the peer is called, which it says twice: two names of 253 bytes, and more. */
const PEER_BYTES = 600

/** What of the settings we tell every peer. */
type Told = Pick<Settings, "nodeId" | "appName" | "appVersion" | "externalAddrs">

/**
 * Sees that we can introduce ourselves: what does not fit the messages of the version exchange would fail each connection.
 *
 * @param nameOf What whoever made the settings calls each of them.
 * @throws {SettingsError} if it does not fit
 */
export function checkIntroduction(
  { nodeId, appName, appVersion, externalAddrs }: Told,
  nameOf: (field: keyof Told) => string = (field) => field,
): void {
  const verack = encode(Verack.codec, { appVersion, appName }).length
  if (verack > Verack.maxBytes) throw tooLong(nameOf("appName"), appName, verack, Verack.maxBytes)
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
  throw nodeId.length > most / 2
    ? tooLong(nameOf("nodeId"), nodeId, length, most)
    : tooLong(nameOf("externalAddrs"), externalAddrs, length, most)
}

function tooLong(key: string, value: unknown, bytes: number, most: number): SettingsError {
  const allowed = `${most} bytes with all else that we tell each peer of ourselves`
  const message = `${key} is too long: it may have ${allowed}, which are ${bytes}`
  return new SettingsError("wrong-value", message, { place: { key, table: "" }, value, allowed })
}
