import type { CancelScope, TaskGroup } from "@dchat/task"
import type { Channel } from "../channel/channel.ts"
import type { MessageSubscription } from "../channel/subscription.ts"
import type { MessageType } from "../message/message.ts"
import type { P2p } from "../p2p.ts"
import type { Protocol, ProtocolFactory } from "./protocol.ts"

/** What is done about a request. */
export type GenericAction<R> =
  /** It is answered on the channel that it came on. */
  | { readonly action: "respond"; readonly response: R }
  /** It is passed on to all other nodes. */
  | { readonly action: "broadcast" }
  | { readonly action: "skip" }
  /** The channel is closed. */
  | { readonly action: "stop" }

/** What a {@link genericProtocol} is made of. */
export interface GenericProtocolOptions<M, R> {
  /** What logs call it. */
  readonly name: string
  readonly request: MessageType<M>
  readonly response: MessageType<R>
  /**
   * Says what is done about a request. The next one on the same channel waits until it has. If it throws, the channel stops.
   *
   * @param options.signal Cancelled when the channel stops.
   */
  handle(
    request: M,
    channel: Channel,
    options: { readonly signal: CancelScope },
  ): GenericAction<R> | Promise<GenericAction<R>>
}

/**
 * A protocol of requests and responses from one function, for applications that need no more (darkfi-net 5.6). Register what
 * it returns. Responses of peers are known, not awaited: subscribe to them on the channel.
 */
export function genericProtocol<M, R>(
  p2p: Pick<P2p, "broadcast">,
  options: GenericProtocolOptions<M, R>,
): ProtocolFactory {
  return (channel) => new ProtocolGeneric(channel, p2p, options)
}

class ProtocolGeneric<M, R> implements Protocol {
  readonly #channel: Channel
  readonly #p2p: Pick<P2p, "broadcast">
  readonly #options: GenericProtocolOptions<M, R>
  readonly #requests: MessageSubscription<M>

  constructor(channel: Channel, p2p: Pick<P2p, "broadcast">, options: GenericProtocolOptions<M, R>) {
    this.#channel = channel
    this.#p2p = p2p
    this.#options = options
    this.#requests = channel.subscribe(options.request)
    channel.register(options.response)
  }

  get name(): string {
    return this.#options.name
  }

  start(jobs: TaskGroup): void {
    void jobs.spawn(async (signal) => {
      for await (const request of this.#requests) {
        await this.#act(request, await this.#options.handle(request, this.#channel, { signal }), signal)
      }
    })
  }

  async #act(request: M, outcome: GenericAction<R>, signal: CancelScope): Promise<void> {
    const { request: type, response } = this.#options
    if (outcome.action === "respond") await this.#channel.send(response, outcome.response, { signal })
    if (outcome.action === "broadcast") await this.#p2p.broadcast(type, request, { exclude: [this.#channel.address] })
    if (outcome.action === "stop") void this.#channel.stop()
  }
}
