import { type Handlers, InvalidParamsError } from "@dchat/jsonrpc"
import { type BroadcastResult, type P2p, WrongStateError } from "@dchat/net"
import type { Clock } from "@dchat/runtime"
import { timeout } from "@dchat/task"
import { EncodeError } from "@dchat/wire"
import { type dchatContract, MESSAGES_WAIT_MS, NotTaken } from "./contract.ts"
import { DchatMsg, isTooLong, MAX_TEXT_BYTES } from "./dchat-msg.ts"
import type { DnetFeed } from "./dnet-feed.ts"
import type { Inbox } from "./inbox.ts"

/** What the methods of the daemon do. */
export function dchatHandlers(
  p2p: Pick<P2p, "broadcast" | "getInfo">,
  inbox: Inbox,
  dnet: DnetFeed,
  clock: Clock,
): Handlers<(typeof dchatContract)["definitions"]> {
  return {
    async send([text]) {
      const { nodes, sent, refused } = await broadcast(p2p, text)
      if (refused > 0) throw new NotTaken({ nodes, sent, refused })
      return true
    },
    recv: () => inbox.texts,
    ping: () => "pong",
    info() {
      const { channels, outbound_slots } = p2p.getInfo()
      return { channels: [...channels], outbound_slots: [...outbound_slots] }
    },
    dnetSwitch([on]) {
      dnet.switch(on)
      return true
    },
    dnetEvents: () => dnet.subscribe(),
    async messages([after], { signal }) {
      const arrival = timeout(MESSAGES_WAIT_MS, (scope) => inbox.arrivalAfter(after, { signal: scope }), {
        signal,
        clock,
      })
      // Over time, or nobody waits any more: then what there is.
      await arrival.catch(() => {})
      return inbox.after(after)
    },
  }
}

async function broadcast(p2p: Pick<P2p, "broadcast">, text: string): Promise<BroadcastResult> {
  if (isTooLong(text)) throw new InvalidParamsError(`the text is longer than ${MAX_TEXT_BYTES} bytes`)
  try {
    return await p2p.broadcast(DchatMsg, { msg: text })
  } catch (error) {
    if (error instanceof EncodeError) throw new InvalidParamsError("the text has half of a surrogate pair")
    if (error instanceof WrongStateError) throw new NotTaken({ nodes: 0, sent: 0, refused: 0 }, error.message)
    throw error
  }
}
