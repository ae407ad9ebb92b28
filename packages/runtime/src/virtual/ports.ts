import { formatAddress, isLoopback } from "../address.ts"
import { networkFailure } from "../network-failure.ts"
import type { Address, ListenOptions } from "../network.ts"
import type { QueuedListener } from "../stream/queued-listener.ts"

/** The ports that a system gives to those who do not care: 49152 to 65535. */
const FIRST_FREE = 49_152
const LAST = 65_535

/** What a host listens on. */
export class Ports {
  readonly #ips: readonly string[]
  readonly #tcp = new Map<number, QueuedListener[]>()
  readonly #unix = new Map<string, QueuedListener>()
  #nextFree: number

  /** @param nextFree The port that is given first to who does not care: after a restart not one that peers may still know. */
  constructor(ips: readonly string[], nextFree = FIRST_FREE) {
    this.#ips = ips
    this.#nextFree = nextFree
  }

  /** The next port that is given to who does not care, if it is free. */
  get nextFree(): number {
    return this.#nextFree
  }

  /** Who listens there. */
  find(address: Address): QueuedListener | undefined {
    if (address.kind === "unix") return this.#unix.get(address.path)
    return this.#tcp.get(address.port)?.find(({ address: bound, options }) => covers(bound, options, address))
  }

  /** The address to listen on, with a port: `address`, whose host is an IP address, or with a free port where it says 0. Throws a {@link NetworkError} when it cannot be had. */
  reserve(address: Address, options: ListenOptions): Address {
    const doing = `cannot listen on ${formatAddress(address)}`
    if (address.kind === "unix") {
      if (this.#unix.has(address.path)) throw networkFailure("address-in-use", doing, "unix")
      return address
    }
    if (!isWildcard(address.host) && !this.has(address.host)) throw networkFailure("address-not-available", doing)
    if (address.port === 0) return { ...address, port: this.free() }
    if (this.#tcp.get(address.port)?.some((other) => overlap(other, { address, options })) === true)
      throw networkFailure("address-in-use", doing)
    return address
  }

  add(listener: QueuedListener): void {
    const { address } = listener
    if (address.kind === "unix") this.#unix.set(address.path, listener)
    else this.#tcp.set(address.port, [...(this.#tcp.get(address.port) ?? []), listener])
  }

  remove(listener: QueuedListener): void {
    const { address } = listener
    if (address.kind === "unix") {
      this.#unix.delete(address.path)
      return
    }
    const left = (this.#tcp.get(address.port) ?? []).filter((other) => other !== listener)
    if (left.length > 0) this.#tcp.set(address.port, left)
    else this.#tcp.delete(address.port)
  }

  /** How many listen. */
  get size(): number {
    return [...this.#tcp.values()].reduce((sum, listeners) => sum + listeners.length, this.#unix.size)
  }

  /** Nobody listens any more. Those who did are not told. */
  clear(): void {
    this.#tcp.clear()
    this.#unix.clear()
  }

  /** A port that nobody listens on, another one each time until they come round again. */
  free(): number {
    for (let tries = FIRST_FREE; tries <= LAST; tries++) {
      const port = this.#nextFree
      this.#nextFree = port === LAST ? FIRST_FREE : port + 1
      if (!this.#tcp.has(port)) return port
    }
    throw networkFailure("address-not-available", "no port is free")
  }

  /** Whether an IP address is this host's. */
  has(ip: string): boolean {
    return isLoopback(ip) || this.#ips.includes(ip)
  }
}

function isWildcard(ip: string): boolean {
  return ip === "0.0.0.0" || ip === "::"
}

/** Whether who listens on `bound` is reached at `wanted`, if the port is the same. */
function covers(bound: Address, { ipv6Only = false }: ListenOptions, wanted: Address): boolean {
  if (bound.kind !== "tcp" || wanted.kind !== "tcp") return false
  const isIpv6 = wanted.host.includes(":")
  return (
    bound.host === wanted.host ||
    (bound.host === "::" && (isIpv6 || !ipv6Only)) ||
    (bound.host === "0.0.0.0" && !isIpv6)
  )
}

/** Whether there is an address at which both would be reached. */
function overlap(one: Pick<QueuedListener, "address" | "options">, other: typeof one): boolean {
  return covers(one.address, one.options, other.address) || covers(other.address, other.options, one.address)
}
