import { router } from "@dchat/jsonrpc"
import { type BroadcastResult, WrongStateError } from "@dchat/net"
import { virtualWorld } from "@dchat/runtime/virtual"
import { Publisher } from "@dchat/task"
import { expect, test } from "vitest"
import { dchatContract } from "./contract.ts"
import { DnetFeed } from "./dnet-feed.ts"
import { dchatHandlers } from "./handlers.ts"
import { Inbox } from "./inbox.ts"

/** Calls `send` on a daemon whose network does as it is told. */
function send(broadcast: () => Promise<BroadcastResult>): Promise<unknown> {
  const { clock } = virtualWorld().host({ name: "here" })
  const p2p = { broadcast, getInfo: () => ({ channels: [], outbound_slots: [] }) }
  return router(dchatContract, dchatHandlers(p2p, new Inbox(), new DnetFeed(new Publisher()), clock)).execute("send", [
    "hi",
  ])
}

test("send is true when every peer has taken the message, also when there is none", async () => {
  expect(await send(async () => ({ nodes: 2, sent: 2, refused: 0 }))).toBe(true)
  expect(await send(async () => ({ nodes: 0, sent: 0, refused: 0 }))).toBe(true)
})

test("send is an error with the counts when a peer has no room for the message", async () => {
  await expect(send(async () => ({ nodes: 3, sent: 1, refused: 2 }))).rejects.toMatchObject({
    code: -32000,
    message: "not every peer has taken the message",
    data: { nodes: 3, sent: 1, refused: 2 },
  })
})

test("send is an error while the network does not run", async () => {
  const stopped = Promise.reject(new WrongStateError("the network is open"))
  await expect(send(() => stopped)).rejects.toMatchObject({
    code: -32000,
    message: "the network is open",
    data: { nodes: 0, sent: 0, refused: 0 },
  })
})
