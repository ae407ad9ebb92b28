import { isTimeout, timeout, type TaskGroup } from "@dchat/task"
import { parseUrl } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
import { ChannelStopped } from "../channel/stopped.ts"
import type { MessageSubscription } from "../channel/subscription.ts"
import { sourceOf } from "../hosts/source.ts"
import { Addr, GetAddr } from "../message/address.ts"
import type { MessageOf } from "../message/message.ts"
import type { Repeats } from "../repeats.ts"
import { profileOf } from "../settings/settings.ts"
import { addressRequest, ownAddresses, type AddressContext } from "./address.ts"
import type { Protocol } from "./protocol.ts"

/** What the seed protocol needs of its node. */
export interface SeedContext extends AddressContext {
  readonly repeats: Repeats
}

/** A visit to a seed: says our addresses, asks for others, and takes one answer (darkfi-net 5.5). */
export class ProtocolSeed implements Protocol {
  readonly name = "ProtocolSeed"
  readonly #channel: Channel
  readonly #context: SeedContext
  readonly #addresses: MessageSubscription<MessageOf<typeof Addr>>

  constructor(channel: Channel, context: SeedContext) {
    this.#channel = channel
    this.#context = context
    this.#addresses = channel.subscribe(Addr)
  }

  /** Returns when the answer is there. Waits for it no longer than for a connection. */
  async start(jobs: TaskGroup): Promise<void> {
    const channel = this.#channel
    const { settings, hosts, runtime } = this.#context
    const own = ownAddresses(this.#context)
    if (own.addrs.length > 0) await channel.send(Addr, own)
    const request = addressRequest(settings)
    const allowance = hosts.allowance(channel.session)
    allowance.ask(request.max)
    await channel.send(GetAddr, request)

    const { connectTimeoutMs } = profileOf(settings, parseUrl(channel.address).scheme)
    const options = { signal: jobs.scope, clock: runtime.clock }
    try {
      const { addrs } = await timeout(connectTimeoutMs, (signal) => this.#addresses.receive({ signal }), options)
      const added = hosts.insert(hosts.admit(addrs, allowance), sourceOf(channel, settings.localnet))
      const count = addrs.length === 1 ? "1 address" : `${addrs.length} addresses`
      const said = `Seed ${channel.displayAddress} knows ${count}, ${added} of them new to us`
      runtime.log[this.#context.repeats.isNews(channel.address, said) ? "info" : "debug"](said)
    } catch (error) {
      if (!isTimeout(error)) throw error
      throw new ChannelStopped("stopped", `the seed sent no addresses within ${connectTimeoutMs} ms`)
    }
  }
}
