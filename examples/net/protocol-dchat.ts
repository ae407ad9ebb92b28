// A chat as a protocol of one's own: what others say goes into an inbox.
import {
  defineMessage,
  P2p,
  SESSION_DEFAULT,
  UNMETERED,
  type Channel,
  type MessageOf,
  type MessageSubscription,
  type Protocol,
} from "@dchat/net"
import { Queue, type TaskGroup } from "@dchat/task"
import { string, struct } from "@dchat/wire"

const DchatMsg = defineMessage({
  command: "DchatMsg",
  codec: struct({ msg: string }),
  maxBytes: 2 ** 16,
  metering: UNMETERED,
})

class ProtocolDchat implements Protocol {
  readonly name = "ProtocolDchat"
  readonly #messages: MessageSubscription<MessageOf<typeof DchatMsg>>
  readonly #inbox: Queue<string>

  constructor(channel: Channel, inbox: Queue<string>) {
    this.#messages = channel.subscribe(DchatMsg)
    this.#inbox = inbox
  }

  start(jobs: TaskGroup): void {
    void jobs.spawn(async (signal) => {
      for await (const { msg } of this.#messages) await this.#inbox.send(msg, { signal })
    })
  }
}

async function chatter(peers: readonly string[]): Promise<{ p2p: P2p; inbox: Queue<string> }> {
  const p2p = await P2p.create({ activeProfiles: ["tcp"], inboundAddrs: ["tcp://127.0.0.1:0"], peers })
  const inbox = new Queue<string>(100)
  p2p.protocols.register(SESSION_DEFAULT, (channel) => new ProtocolDchat(channel, inbox))
  await p2p.start()
  void p2p.run()
  return { p2p, inbox }
}

const bob = await chatter([])
const [address = ""] = bob.p2p.sessions.inbound.addresses
const alice = await chatter([address])
await alice.p2p.sessions.manual.connect(address)

console.log(await alice.p2p.broadcast(DchatMsg, { msg: "Hello, bob." }))
console.log("bob heard", await bob.inbox.receive())
await bob.p2p.broadcast(DchatMsg, { msg: "Hello, alice." })
console.log("alice heard", await alice.inbox.receive())
await Promise.all([alice.p2p.stop(), bob.p2p.stop()])

// Output:
// { nodes: 1, sent: 1, refused: 0 }
// bob heard Hello, bob.
// alice heard Hello, alice.
