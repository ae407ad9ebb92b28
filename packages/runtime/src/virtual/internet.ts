import { canonicalIp } from "../address.ts"
import { networkFailure } from "../network-failure.ts"
import type { Medium } from "./medium.ts"
import { ScheduledCall } from "./scheduler.ts"
import type { Site } from "./site.ts"

/** What lies between the hosts of a world: who has which address and which name. */
export class Internet {
  readonly medium: Medium
  readonly #sites = new Map<string, Site>()
  readonly #names = new Map<string, readonly string[]>()

  constructor(medium: Medium) {
    this.medium = medium
  }

  /** Adds a host. Throws when one of its addresses or its name is taken. */
  add(site: Site): void {
    if (this.#names.has(site.name)) throw new Error(`there is a host called ${site.name} already; choose another name`)
    for (const ip of site.ips) {
      const other = this.#sites.get(ip)
      if (other !== undefined)
        throw new Error(`${other.name} has the address ${ip} already; choose another for ${site.name}`)
    }
    for (const ip of site.ips) this.#sites.set(ip, site)
    this.#names.set(site.name, site.ips)
  }

  /** A host that has crashed comes up again: from now on connections reach this one. */
  replace(site: Site): void {
    for (const ip of site.ips) this.#sites.set(ip, site)
  }

  /** Gives a name to addresses, as a name server would. */
  setName(name: string, ips: readonly string[]): void {
    this.#names.set(name, ips)
  }

  siteAt(ip: string): Site | undefined {
    return this.#sites.get(ip)
  }

  /** The addresses of a host, as `here` sees them. Throws a {@link NetworkError} `not-found`. */
  lookUp(here: Site, host: string): readonly string[] {
    const ip = canonicalIp(host)
    if (ip !== undefined) return [ip]
    if (host === "localhost") return here.ips.some((own) => own.includes(":")) ? ["127.0.0.1", "::1"] : ["127.0.0.1"]
    const ips = this.#names.get(host)
    if (ips === undefined || ips.length === 0) throw networkFailure("not-found", `cannot look up ${host}`)
    return ips
  }

  /** Resolves after so much virtual time, unless the host crashes before; rejects with the signal's reason. */
  wait(here: Site, ms: number, label: string, signal: AbortSignal | undefined): Promise<void> {
    const { scheduler } = this.medium
    return new Promise((resolve, reject) => {
      const arrived = (): void => {
        signal?.removeEventListener("abort", aborted)
        resolve()
      }
      const event = new ScheduledCall(label, arrived, here)
      const aborted = (): void => {
        scheduler.cancel(event)
        reject(signal?.reason as Error)
      }
      if (signal?.aborted === true) aborted()
      else {
        signal?.addEventListener("abort", aborted, { once: true })
        scheduler.schedule(event, scheduler.now + ms)
      }
    })
  }
}
