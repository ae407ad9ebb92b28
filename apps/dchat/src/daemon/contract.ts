import {
  boolean,
  type ClientOf,
  contract,
  error,
  integer,
  list,
  method,
  object,
  string,
  subscription,
  type,
} from "@dchat/jsonrpc"
import type { DnetEvent } from "@dchat/net"

/** Not every peer has room for the message: what became of it, in numbers of nodes. */
export const NotTaken = error(-32000, {
  message: "not every peer has taken the message",
  data: object({ nodes: integer, sent: integer, refused: integer }),
})

// The reference ignores parameters that it does not ask for.
const surplus = "ignore"

/** What a daemon answers over JSON-RPC: the reference's methods (darkfi-rpc-and-apps 2.7, 3.3), and `chat.messages`. */
export const dchatContract = contract({
  /** Sends a text to every connected peer. True when each has taken it into its queue. */
  send: method({ params: [["text", string]], result: boolean, errors: { NotTaken }, surplus }),
  /** The texts that have come in since the daemon started; the first is empty. */
  recv: method({ result: list(string), surplus }),
  /** `pong`. */
  ping: method({ result: string, surplus }),
  /** The connections. */
  info: method({
    name: "p2p.get_info",
    result: object({
      channels: list(object({ url: string, session: string, id: integer })),
      outbound_slots: list(integer),
    }),
    surplus,
  }),
  /** Switches the events of `dnet.subscribe_events` on or off, for all who subscribe. They are off at first. */
  dnetSwitch: method({ name: "dnet.switch", params: [["on", boolean]], result: boolean }),
  /** What the network does (darkfi-net 10), while that is switched on. Clients need the DarkFi dialect for it. */
  dnetEvents: subscription({ name: "dnet.subscribe_events", item: type<DnetEvent>() }),
  /**
   * The messages whose number is above `after`, with the way they came. While there is none it waits, up to
   * {@link MESSAGES_WAIT_MS}. To follow the chat, call it again and again with the last number that was given.
   */
  messages: method({
    name: "chat.messages",
    params: [["after", integer]],
    result: list(object({ number: integer, time: integer, text: string, peer: string, session: string })),
    surplus,
  }),
})

/** How long `chat.messages` waits for the first message, in milliseconds, before it answers with none. */
export const MESSAGES_WAIT_MS = 20_000

/** A daemon, as its clients see it. */
export type DaemonClient = ClientOf<typeof dchatContract>
