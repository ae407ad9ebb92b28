import type { Channel, MessageOf, MessageSubscription, Protocol } from "@dchat/net"
import type { Runtime } from "@dchat/runtime"
import type { TaskGroup } from "@dchat/task"
import { DchatMsg, isTooLong, MAX_TEXT_BYTES } from "./dchat-msg.ts"
import type { Inbox } from "./inbox.ts"

/** Puts what a peer says into the inbox (darkfi-rpc-and-apps 3.2). Nothing is answered, nothing is passed on. */
export class ProtocolDchat implements Protocol {
  readonly name = "ProtocolDchat"
  readonly #channel: Channel
  readonly #inbox: Inbox
  readonly #runtime: Pick<Runtime, "clock" | "log">
  readonly #messages: MessageSubscription<MessageOf<typeof DchatMsg>>

  constructor(channel: Channel, inbox: Inbox, runtime: Pick<Runtime, "clock" | "log">) {
    this.#channel = channel
    this.#inbox = inbox
    this.#runtime = runtime
    this.#messages = channel.subscribe(DchatMsg)
  }

  start(jobs: TaskGroup): void {
    void jobs.spawn(() => this.#receive())
  }

  async #receive(): Promise<void> {
    const { displayAddress: peer, session } = this.#channel
    const { clock, log } = this.#runtime
    for await (const { msg: text } of this.#messages) {
      if (isTooLong(text)) {
        log.warn(`dropped a message of ${peer}: it is longer than ${MAX_TEXT_BYTES} bytes`)
        continue
      }
      this.#inbox.add({ time: clock.now(), text, peer, session })
      log.debug(`received a message from ${peer}`)
    }
  }
}
