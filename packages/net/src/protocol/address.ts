import type { Runtime } from "@dchat/runtime"
import type { CancelScope, Publisher, TaskGroup } from "@dchat/task"
import type { Channel } from "../channel/channel.ts"
import type { MessageSubscription } from "../channel/subscription.ts"
import type { Hosts, ReceivedAddress } from "../hosts/hosts.ts"
import { shareableSchemes } from "../hosts/mixing.ts"
import { sourceOf } from "../hosts/source.ts"
import type { Allowance } from "../hosts/policy.ts"
import { Addr, GetAddr, type AddrRequest } from "../message/address.ts"
import type { MessageOf } from "../message/message.ts"
import type { Settings } from "../settings/settings.ts"
import type { Protocol } from "./protocol.ts"

type Addresses = MessageOf<typeof Addr>

/** What the address and seed protocols need of their node. */
export interface AddressContext {
  readonly settings: Settings
  readonly hosts: Pick<Hosts, "externalAddrs" | "allowance" | "admit" | "insert" | "answer">
  readonly advertised: Publisher<string>
  readonly runtime: Pick<Runtime, "clock" | "log">
}

/** A message from a peer that has dialled us names its own addresses if it names no more than this. */
const MOST_OWN_ADDRESSES = 4

/** Asks the peer for addresses once, and answers the same question; says ours to who we chose to dial (darkfi-net 5.4). */
export class ProtocolAddress implements Protocol {
  readonly name = "ProtocolAddress"
  readonly #channel: Channel
  readonly #context: AddressContext
  readonly #requests: MessageSubscription<AddrRequest>
  readonly #addresses: MessageSubscription<Addresses>
  readonly #allowance: Allowance

  constructor(channel: Channel, context: AddressContext) {
    this.#channel = channel
    this.#context = context
    this.#allowance = context.hosts.allowance(channel.session)
    this.#requests = channel.subscribe(GetAddr)
    this.#addresses = channel.subscribe(Addr)
  }

  async start(jobs: TaskGroup): Promise<void> {
    const own = ownAddresses(this.#context)
    if (this.#channel.session === "outbound" && own.addrs.length > 0) await this.#channel.send(Addr, own)
    void jobs.spawn(() => this.#learn())
    void jobs.spawn((scope) => this.#answer(scope))
    const request = addressRequest(this.#context.settings)
    this.#allowance.ask(request.max)
    await this.#channel.send(GetAddr, request)
  }

  async #learn(): Promise<void> {
    const { hosts, advertised, settings } = this.#context
    const source = sourceOf(this.#channel, settings.localnet)
    for await (const { addrs: sent } of this.#addresses) {
      const addrs = hosts.admit(sent, this.#allowance)
      hosts.insert(addrs, source)
      if (!this.#isSelfAdvertisement(sent)) this.#channel.trust()
      if (this.#channel.session !== "inbound" || sent.length > MOST_OWN_ADDRESSES) continue
      for (const [url] of addrs) advertised.publish(url)
    }
  }

  /** A seed's visitor says its own addresses and nothing else; others answer our question with what they know. */
  #isSelfAdvertisement(addrs: readonly ReceivedAddress[]): boolean {
    const own = this.#channel.version?.extSendAddr ?? []
    return addrs.length > 0 && addrs.every(([url]) => own.includes(url))
  }

  async #answer(signal: CancelScope): Promise<void> {
    for await (const request of this.#requests) {
      const hosts = this.#context.hosts.answer(request)
      await this.#channel.send(Addr, { addrs: hosts.map(({ url, lastSeen }) => [url, BigInt(lastSeen)]) }, { signal })
    }
  }
}

/** Our own addresses, seen now. */
export function ownAddresses({ hosts, runtime }: AddressContext): Addresses {
  const now = BigInt(Math.floor(runtime.clock.now() / 1000))
  return { addrs: hosts.externalAddrs.map((url) => [url, now]) }
}

/** What we ask others for. */
export function addressRequest(settings: Settings): AddrRequest {
  return { max: settings.getaddrsMax ?? settings.outboundConnections, transports: shareableSchemes(settings) }
}
