import type { Channel } from "../channel/channel.ts"
import { WrongStateError } from "../errors.ts"
import { withCanonicalUrls } from "../settings/canonical.ts"
import { checkIntroduction } from "../settings/introduction.ts"
import type { Settings } from "../settings/settings.ts"
import { AddressVotes, ownAddresses } from "./own-addresses.ts"

/** Settings that are read at the start alone, and the magic, which is read when the node is made. */
const NEEDS_START = ["magicBytes", "inboundAddrs", "inboundConnections", "hostlist"] as const

/** The settings of a node while it lives: they can be changed, and its own addresses are found out as it goes. */
export class LiveSettings {
  /** The settings in use: one object, which everyone may keep and read when it is needed. */
  readonly current: Settings
  readonly #votes = new AddressVotes()
  /** What was asked for; external addresses may still lack a port or a host. */
  #configured: Settings
  #listening: readonly string[] = []

  constructor(settings: Settings) {
    this.#configured = usable(settings)
    this.current = { ...this.#configured }
  }

  /**
   * Changes settings.
   *
   * @param isIdle Whether nothing runs, so that what is read at a start may change too.
   * @throws {FormatError} if an address is not a URL
   * @throws {SettingsError} if a value is not allowed, or if what we tell peers of ourselves does not fit a message
   * @throws {WrongStateError} if a setting would need a new start, or another node
   */
  change(settings: Partial<Settings>, isIdle: boolean): void {
    const next = usable({ ...this.#configured, ...settings })
    const fixed = NEEDS_START.find((key) => String(next[key]) !== String(this.#configured[key]))
    if (fixed === "magicBytes") throw new WrongStateError("magicBytes cannot change: make another network")
    if (fixed !== undefined && !isIdle) {
      throw new WrongStateError(`${fixed} cannot change while the network runs: stop it before`)
    }
    this.#configured = next
    this.#apply()
  }

  /** The ports are open: these are the addresses that we listen on. */
  listen(addresses: readonly string[]): void {
    this.#listening = addresses
    this.#apply()
  }

  /** A peer has said at which address it sees us. What a peer says that we did not choose does not count. */
  hear({ session, address, version }: Channel): void {
    if (version === undefined || session === "inbound" || session === "refine") return
    this.#votes.add(address, version.connectRecvAddr)
    this.#apply()
  }

  #apply(): void {
    const externalAddrs = ownAddresses(this.#configured.externalAddrs, this.#listening, this.#votes.guess)
    Object.assign(this.current, { ...this.#configured, externalAddrs })
  }
}

/** Settings that a node can work with. */
function usable(settings: Settings): Settings {
  const canonical = withCanonicalUrls(settings)
  checkIntroduction(canonical)
  return canonical
}
