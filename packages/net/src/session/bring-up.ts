import { whenCancelled, type Cancellable } from "@dchat/task"
import { parseUrl } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
import { ChannelStopped } from "../channel/stopped.ts"
import { startProtocol } from "../protocol/jobs.ts"
import { isMisfit } from "../protocol/version-misfit.ts"
import { VersionExchange } from "../protocol/version.ts"
import { ConnectError } from "../transport/error.ts"
import { withoutCredentials } from "../transport/transport.ts"
import { announce } from "./announce.ts"
import type { SessionContext } from "./context.ts"
import type { SessionKind } from "../session-kind.ts"

/**
 * Makes a new channel ready: version exchange, registration, protocols one after another (darkfi-net 5.1). The channel stops
 * when the signal is cancelled, then and later.
 *
 * @throws {ChannelStopped} if the channel stops on the way
 */
export async function bringUp(channel: Channel, node: SessionContext, { signal }: Cancellable): Promise<void> {
  try {
    channel.onStop(whenCancelled(signal, () => void channel.stop()))
    const protocols = node.protocols.attach(channel)
    const exchange = new VersionExchange(channel, node)
    channel.start()
    await exchange.run()
    register(channel, node)
    for (const protocol of protocols) await startProtocol(protocol, channel, node.runtime)
    channel.throwIfStopped()
  } catch (error) {
    await channel.stop(error instanceof ChannelStopped ? error : undefined)
    if (channel.session === "inbound" && isMisfit(error)) tellOfMisfit(channel, error, node)
    throw error
  }
}

/**
 * Somebody dials us who is of another network or version: who dialled may hear no more than that we hang up, so it is for
 * our log to say why. Whoever is dialled is told of by who wanted the connection.
 */
function tellOfMisfit({ address, displayAddress }: Channel, { message }: ChannelStopped, node: SessionContext): void {
  // The port is another one each time.
  if (!node.repeats.isNewsOfStranger(parseUrl(address).host, message)) return
  node.runtime.log.info(`Somebody at ${displayAddress} does not fit and was not taken in: ${message}`)
}

/** Options of {@link dial}. */
export interface DialOptions extends Cancellable {
  /** Called when there is a connection, before anything is said on it. */
  readonly onOpen?: (channel: Channel) => void
}

/**
 * Dials an address and makes the channel ready. Until that has stopped nobody else dials or probes the address.
 *
 * @throws {ConnectError} if there is no connection
 * @throws {ChannelStopped} if the channel stops before it is ready
 */
export async function dial(
  address: string,
  session: SessionKind,
  node: SessionContext,
  { signal, onOpen }: DialOptions,
): Promise<Channel> {
  const free = (): void => {
    node.hosts.enter(address, "free")
  }
  if (!node.hosts.enter(address, session === "refine" ? "refine" : "connect")) {
    throw new ConnectError(
      "busy",
      `cannot connect to ${withoutCredentials(address)}`,
      "it is connected or being dialled already",
    )
  }
  const dialled = await node.connector.dial(address, { signal }).catch((error: unknown) => {
    free()
    throw error
  })
  const channel = node.open({ session, ...dialled })
  channel.onStop(free)
  onOpen?.(channel)
  await bringUp(channel, node, { signal })
  return channel
}

/** From here on everyone sees the channel, until it stops. */
function register(channel: Channel, node: SessionContext): void {
  const { channels, hosts } = node
  const { address, session } = channel
  channel.throwIfStopped()
  const isHeld = session !== "inbound" && hosts.enter(address, "connected")
  // Who was dialled with a user before the host is known without: nobody else gives back what is held for that.
  if (isHeld && address !== channel.connection.connect) channel.onStop(() => void hosts.enter(address, "free"))
  if (session === "outbound" || session === "direct") hosts.promote(address)
  channels.add(channel)
  node.introduced(channel)
  channel.onStop(() => {
    channels.delete(channel)
    if (session === "outbound" || session === "direct") hosts.lost(address)
  })
  announce(channel, node)
}
