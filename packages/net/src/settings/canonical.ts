import { canonicalUrl, FormatError } from "@dchat/wire"
import { checkSettings } from "./check.ts"
import type { Settings } from "./settings.ts"
import type { ADDRESS_FIELDS } from "./table.ts"

/**
 * The same settings, checked, with canonical addresses, so that they can be compared with those of others (darkfi-net 1.6).
 *
 * @throws {SettingsError} if a value is not allowed, or a name is that of no setting
 * @throws {FormatError} if an address is not a URL
 */
export function withCanonicalUrls(settings: Settings): Settings {
  checkSettings(settings)
  return {
    ...settings,
    inboundAddrs: canonicalAddresses("inboundAddrs", settings),
    externalAddrs: canonicalAddresses("externalAddrs", settings),
    peers: canonicalAddresses("peers", settings),
    seeds: canonicalAddresses("seeds", settings),
  }
}

function canonicalAddresses(field: (typeof ADDRESS_FIELDS)[number], settings: Settings): readonly string[] {
  return settings[field].map((address, index) => {
    try {
      return canonicalUrl(address)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      const message = `${field}[${index}] is ${error.message}; write one such as tcp://127.0.0.1:51554`
      throw new FormatError(error.code, message, { cause: error })
    }
  })
}
