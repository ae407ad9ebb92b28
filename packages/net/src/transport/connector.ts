import { NetworkError, type ByteStream, type Runtime } from "@dchat/runtime"
import { checkpoint, isTimeout, timeout, type Cancellable } from "@dchat/task"
import { parseUrl, type ParsedUrl } from "@dchat/wire"
import type { ChannelAddress } from "../channel/options.ts"
import type { Hosts } from "../hosts/hosts.ts"
import { dialEndpoints, type Endpoint } from "../hosts/mixing.ts"
import { Repeats } from "../repeats.ts"
import { profileOf, type Settings } from "../settings/settings.ts"
import { ConnectError } from "./error.ts"
import { withoutCredentials, type Transport } from "./transport.ts"

/** What the connector needs of its node. */
export interface ConnectorContext {
  readonly settings: Settings
  readonly hosts: Pick<Hosts, "isBlacklisted">
  readonly runtime: Pick<Runtime, "clock" | "log">
}

/** A stream that was dialled, and what to call its other end. */
export interface Dialled {
  readonly stream: ByteStream
  readonly address: ChannelAddress
}

/** Finds the transport of an address, and the way to it (darkfi-net 9.1). */
export class Connector {
  readonly #context: ConnectorContext
  readonly #transports: ReadonlyMap<string, Transport>
  readonly #repeats: Repeats

  constructor(context: ConnectorContext, transports: readonly Transport[]) {
    this.#context = context
    this.#repeats = new Repeats(context.runtime.clock)
    this.#transports = new Map(transports.flatMap((one) => one.schemes.map((scheme) => [scheme, one])))
  }

  /** The transport of a URL. Throws a {@link ConnectError} `unsupported-transport` if there is none. */
  transportOf(url: ParsedUrl): Transport {
    const transport = this.#transports.get(url.scheme)
    if (transport === undefined) throw this.#noTransport(url.href, url.scheme)
    return transport
  }

  /** The ways to dial an address, at least one. Throws a {@link ConnectError}. */
  routes(address: string): readonly Endpoint[] {
    const { hosts, settings } = this.#context
    const allowed = dialEndpoints(address, settings)
    const endpoints = allowed.filter(({ url }) => this.#transports.has(parseUrl(url).scheme))
    const [first] = allowed
    if (endpoints.length === 0 && first !== undefined) throw this.#noTransport(address, parseUrl(first.url).scheme)
    if (endpoints.length === 0) throw this.#notActive(address)
    const open = hosts.isBlacklisted(address) ? [] : endpoints.filter(({ url }) => !hosts.isBlacklisted(url))
    if (open.length === 0) throw new ConnectError("blacklisted", cannot(address), "the peer is blacklisted")
    return open
  }

  /** Dials an address by each way in turn, each under the timeout of its own transport. Throws a {@link ConnectError}. */
  async dial(address: string, { signal }: Cancellable = {}): Promise<Dialled> {
    const { settings, runtime } = this.#context
    const failures: { readonly url: string; readonly error: unknown }[] = []
    for (const { url, mixed } of this.routes(address)) {
      const parsed = parseUrl(url)
      const transport = this.transportOf(parsed)
      const options = { signal, clock: runtime.clock }
      try {
        const stream = await timeout(
          profileOf(settings, parsed.scheme).connectTimeoutMs,
          (scope) => transport.dial(parsed, { signal: scope.signal }),
          options,
        )
        return { stream, address: { connect: address, resolve: withoutCredentials(url), mixed } }
      } catch (error) {
        checkpoint(signal)
        this.#tellOurs(error)
        failures.push({ url, error })
      }
    }
    const reasons = failures.map(({ url, error }) => (url === address ? why(error) : `${show(url)} ${why(error)}`))
    // Another way may have told us more of the peer.
    const codes = failures.map(({ error }) => (isOurs(error) ? error.code : "failed"))
    const code = codes.includes("failed") ? "failed" : (codes[0] ?? "failed")
    throw new ConnectError(code, cannot(address), reasons.join(", "), { cause: failures[0]?.error })
  }

  #notActive(address: string): ConnectError {
    const { activeProfiles, mixedProfiles } = this.#context.settings
    const { scheme } = parseUrl(address)
    // No setting helps then.
    if (!this.#transports.has(scheme) && !mixedProfiles.includes(scheme)) return this.#noTransport(address, scheme)
    const active = activeProfiles.length === 0 ? "there are none" : `they are ${activeProfiles.join(", ")}`
    const mixed = mixedProfiles.includes(scheme) ? `, and none of them reaches it as one of mixedProfiles` : ""
    const reason = `${scheme} is not among the active profiles: ${active}${mixed}; add it to activeProfiles`
    return unsupported(address, reason)
  }

  #noTransport(address: string, scheme: string): ConnectError {
    if (!HAS_SLASHES.test(address)) {
      const { activeProfiles } = this.#context.settings
      return unsupported(address, `its scheme is missing; write ${activeProfiles[0] ?? "tcp"}://${show(address)}`)
    }
    const schemes = [...this.#transports.keys()].join(", ")
    return unsupported(
      address,
      `there is no transport for ${scheme} here, only for ${schemes}; use one of these, or give P2p.create another`,
    )
  }

  /** Logs what only who runs the node can mend. */
  #tellOurs(error: unknown): void {
    if (!isOurs(error)) return
    const text = error instanceof ConnectError ? `There is ${error.reason}; start it, or set its address` : NO_RESOURCES
    if (this.#repeats.isNews(text, "")) this.#context.runtime.log.warn(text)
  }
}

const NO_RESOURCES =
  "No connection can be made: this computer's files or its memory are used up; raise its limits (ulimit -n), or close something"

/** Whether it is a proxy of ours that is missing, or room on this computer. */
function isOurs(
  error: unknown,
): error is (ConnectError | NetworkError) & { readonly code: "no-proxy" | "no-resources" } {
  return (
    (error instanceof ConnectError && error.code === "no-proxy") ||
    (error instanceof NetworkError && error.code === "no-resources")
  )
}

function cannot(address: string): string {
  return `cannot connect to ${show(address)}`
}

function unsupported(address: string, reason: string): ConnectError {
  return new ConnectError("unsupported-transport", `cannot use ${show(address)}`, reason)
}

/** What `localhost:7000` lacks, whose scheme is `localhost`. */
const HAS_SLASHES = /^[^:]*:\/\//

/** A URL as it may be logged: without credentials, query and fragment. */
function show(url: string): string {
  return withoutCredentials(url.replace(/[?#].*$/, ""))
}

/** Why a dial failed, in a word or two if that is known. */
function why(error: unknown): string {
  if (isTimeout(error)) return "timed out"
  if (error instanceof NetworkError && error.code !== "tls") return error.code.replaceAll("-", " ")
  if (error instanceof ConnectError) return error.reason
  return error instanceof Error ? error.message : String(error)
}
