import type { ByteStream } from "@dchat/runtime"
import { virtualWorld, type VirtualHost, type VirtualWorld } from "@dchat/runtime/virtual"
import { Publisher } from "@dchat/task"
import { Channel } from "../channel/channel.ts"
import type { ChannelOptions } from "../channel/options.ts"
import { consequenceOf, type PeerFault } from "../channel/fault.ts"
import { PacketEncoder } from "../channel/packet-encoder.ts"
import { RawPeer } from "./raw-peer.test-kit.ts"
import { MAGIC } from "./test-net.test-kit.ts"

/** A channel, and what a test plays at its other end. */
export interface Pair {
  readonly world: VirtualWorld
  readonly stream: ByteStream
  readonly channel: Channel
  readonly peer: RawPeer
  readonly faults: PeerFault[]
  /** The world of the channel. */
  readonly runtime: VirtualHost
}

/** Makes a channel that is new, to a peer that a test plays. */
export async function pair(options: Partial<ChannelOptions> = {}): Promise<Pair> {
  const world = virtualWorld()
  const [near, far] = [world.host({ name: "near" }), world.host({ name: "far" })]
  const accepting = RawPeer.accept("tcp://10.0.0.2:1/", far)
  const stream = await world.runUntil(near.network.connect({ kind: "tcp", host: "far", port: 1 }))
  const peer = await world.runUntil(accepting)
  const faults: PeerFault[] = []
  const channel = new Channel({
    stream,
    session: "manual",
    address: { connect: "tcp://10.0.0.2:1/", resolve: "tcp://10.0.0.2:1/", mixed: false },
    dnet: new Publisher(),
    counts: { messagesDropped: 0, bytesUnsent: 0 },
    encoder: new PacketEncoder(MAGIC),
    runtime: near,
    judge(_channel, fault) {
      faults.push(fault)
      return consequenceOf(fault, "manual", "strict")
    },
    ...options,
  })
  return { world, stream, channel, peer, faults, runtime: near }
}
