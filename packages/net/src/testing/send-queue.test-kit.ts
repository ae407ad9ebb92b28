import type { ByteStream } from "@dchat/runtime"
import { virtualWorld, type VirtualWorld } from "@dchat/runtime/virtual"
import { string, struct } from "@dchat/wire"
import { PacketEncoder } from "../channel/packet-encoder.ts"
import { SendQueue } from "../channel/send-queue.ts"
import { defineMessage } from "../message/message.ts"
import { UNMETERED } from "../message/metering.ts"
import { MAGIC } from "./test-net.test-kit.ts"

/** A message that costs nothing. */
export const Text = defineMessage({
  command: "Text",
  codec: struct({ text: string }),
  maxBytes: 100,
  metering: UNMETERED,
})

/** A queue to a peer that begins to read when it is told to. */
export async function queue(maxBytes?: number, encoder = new PacketEncoder(MAGIC)) {
  const world = virtualWorld()
  const [near, far] = [world.host({ name: "near" }), world.host({ name: "far" })]
  const listener = await far.network.listen({ kind: "tcp", host: "far", port: 1 })
  const accepting = listener[Symbol.asyncIterator]().next()
  const stream = await world.runUntil(near.network.connect({ kind: "tcp", host: "far", port: 1 }))
  const { value: peer } = (await world.runUntil(accepting)) as { value: ByteStream }
  const received: { at: number; bytes: Uint8Array }[] = []
  const read = () => peer.readInto({ data: (bytes) => received.push({ at: world.now, bytes }), end() {}, close() {} })
  return {
    world,
    clock: near.clock,
    stream,
    received,
    read,
    sending: new SendQueue(stream, encoder, near.clock, maxBytes),
  }
}

/** Closes a stream. */
export async function end(world: VirtualWorld, stream: ByteStream): Promise<void> {
  await world.runUntil(stream.close())
}

/** So many bytes, all the same. */
export function packet(byte: number, length = 12): Uint8Array {
  return new Uint8Array(length).fill(byte)
}
