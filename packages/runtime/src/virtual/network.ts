import { canonicalIp, formatAddress, isLoopback } from "../address.ts"
import { networkFailure } from "../network-failure.ts"
import type {
  Address,
  ByteStream,
  ConnectOptions,
  Listener,
  ListenOptions,
  Network,
  NetworkErrorCode,
  TlsOptions,
  TlsStream,
} from "../network.ts"
import { QueuedListener } from "../stream/queued-listener.ts"
import type { Internet } from "./internet.ts"
import type { Link } from "./link.ts"
import type { Medium } from "./medium.ts"
import { Pipe } from "./pipe.ts"
import { never, type Site } from "./site.ts"
import { VirtualStream } from "./stream.ts"
import { upgradeTlsInMemory } from "./tls.ts"

/** When an attempt that nobody answers ends, as Linux has it. */
const CONNECT_TIMEOUT_MS = 127_000

/** To dial "any address" is to dial oneself. */
const DIALLED_AS: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" }

type TcpAddress = Extract<Address, { kind: "tcp" }>

/** The network as one host of a world sees it. */
export class VirtualNetwork implements Network {
  readonly #internet: Internet
  readonly #here: Site

  constructor(internet: Internet, here: Site) {
    this.#internet = internet
    this.#here = here
  }

  async connect(address: Address, options: ConnectOptions = {}): Promise<ByteStream> {
    options.signal?.throwIfAborted()
    if (this.#here.isDown) return never()
    if (address.kind === "unix") return this.#connectUnix(address.path, options)
    const ips = this.#internet.lookUp(this.#here, DIALLED_AS[address.host] ?? address.host)
    let failure: unknown
    for (const ip of ips) {
      try {
        return await this.#connectTcp({ ...address, host: ip }, options)
      } catch (error) {
        if (options.signal?.aborted === true) throw error
        failure ??= error
      }
    }
    throw failure
  }

  async listen(address: Address, options: ListenOptions = {}): Promise<Listener> {
    options.signal?.throwIfAborted()
    if (this.#here.isDown) return never()
    const { ports } = this.#here
    const asked =
      address.kind === "unix"
        ? address
        : { ...address, host: this.#internet.lookUp(this.#here, address.host)[0] ?? address.host }
    const listener = new QueuedListener(ports.reserve(asked, options), options, () => ports.remove(listener))
    ports.add(listener)
    return listener
  }

  async resolve(host: string, options: { signal?: AbortSignal } = {}): Promise<readonly string[]> {
    options.signal?.throwIfAborted()
    if (this.#here.isDown) return never()
    return this.#internet.lookUp(this.#here, host)
  }

  upgradeTls(stream: ByteStream, options: TlsOptions): Promise<TlsStream> {
    return upgradeTlsInMemory(stream, options, this.#internet.medium.scheduler)
  }

  #connectUnix(path: string, options: ConnectOptions): Promise<ByteStream> {
    const address: Address = { kind: "unix", path }
    const end = { host: this.#here.name, ip: "", port: 0 }
    return this.#dial({ from: end, to: end }, this.#here, address, address, options)
  }

  async #connectTcp(remote: TcpAddress, options: ConnectOptions): Promise<ByteStream> {
    const there = isLoopback(remote.host) ? this.#here : this.#internet.siteAt(remote.host)
    const local: TcpAddress = {
      kind: "tcp",
      host: this.#localIp(remote, options.localHost),
      port: this.#here.ports.free(),
    }
    const link = {
      from: { host: this.#here.name, ip: local.host, port: local.port },
      to: { host: there?.name, ip: remote.host, port: remote.port },
    }
    return this.#dial(link, there, local, remote, options)
  }

  /** The address that a connection to `remote` comes from. */
  #localIp(remote: TcpAddress, asked: string | undefined): string {
    const doing = `cannot connect to ${formatAddress(remote)}`
    if (asked !== undefined) {
      const ip = canonicalIp(asked)
      if (ip === undefined || !this.#here.ports.has(ip))
        throw networkFailure("address-not-available", `${doing} from ${asked}`)
      return ip
    }
    const isV6 = remote.host.includes(":")
    if (isLoopback(remote.host)) return isV6 ? "::1" : "127.0.0.1"
    const ip = this.#here.ips.find((own) => own.includes(":") === isV6)
    if (ip === undefined) throw networkFailure("unreachable", doing)
    return ip
  }

  async #dial(
    link: Link,
    there: Site | undefined,
    local: Address,
    remote: Address,
    options: ConnectOptions,
  ): Promise<ByteStream> {
    const { policy, context } = this.#internet.medium
    const { signal } = options
    const name = `${this.#here.name}>${there?.name ?? "?"} ${formatAddress(remote)}`
    const fail = (code: NetworkErrorCode): Error =>
      networkFailure(code, `cannot connect to ${formatAddress(remote)}`, remote.kind)

    const verdict = policy.connect(link, context)
    if (verdict.kind === "lose") {
      await this.#internet.wait(this.#here, CONNECT_TIMEOUT_MS, `${name} timed-out`, signal)
      throw fail("timed-out")
    }
    if (verdict.kind !== "deliver") {
      const code = verdict.kind === "refuse" ? "refused" : "unreachable"
      await this.#internet.wait(this.#here, verdict.delay, `${name} ${code}`, signal)
      throw fail(code)
    }
    await this.#internet.wait(this.#here, verdict.delay, `${name} connect`, signal)
    if (there?.isSilent === true) {
      await this.#internet.wait(this.#here, CONNECT_TIMEOUT_MS - verdict.delay, `${name} timed-out`, signal)
      throw fail("timed-out")
    }
    const listener = there?.ports.find(remote)
    if (there === undefined || listener === undefined) {
      const code = there === undefined ? "unreachable" : "refused"
      await this.#internet.wait(this.#here, verdict.delay, `${name} ${code}`, signal)
      throw fail(code)
    }
    const [mine, theirs] = this.#pair(there, link, local, remote, verdict.delay, options, listener)
    listener.offer(theirs)
    try {
      await this.#internet.wait(this.#here, verdict.delay, `${name} connected`, signal)
    } catch (error) {
      void mine.close()
      throw error
    }
    return mine
  }

  #pair(
    there: Site,
    link: Link,
    local: Address,
    remote: Address,
    delay: number,
    options: ConnectOptions,
    listener: QueuedListener,
  ): readonly [VirtualStream, VirtualStream] {
    const { medium } = this.#internet
    const mine = new VirtualStream(medium, this.#here, local, remote, options)
    const theirs = new VirtualStream(medium, there, remote, local, listener.options)
    const openFrom = medium.scheduler.now + delay
    const out = new Pipe(medium, link, nameIn(medium, mine, theirs), mine, theirs, openFrom)
    const toHere = { from: link.to, to: link.from }
    const back = new Pipe(medium, toHere, nameIn(medium, theirs, mine), theirs, mine, openFrom)
    mine.join(out, back)
    theirs.join(back, out)
    return [mine, theirs]
  }
}

/** What the trace calls one direction of a connection. Not made when there is none: that of a big world would fill a part of the memory. */
function nameIn(medium: Medium, from: VirtualStream, to: VirtualStream): string {
  return medium.scheduler.isTraced ? `${from.name}>${to.name}` : ""
}
