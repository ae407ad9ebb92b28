export type { BroadcastResult } from "./broadcast.ts"
export type { Channel, ChannelAddress, ChannelState } from "./channel/channel.ts"
export type { PeerFault } from "./channel/fault.ts"
export { UNMETERED, type Metering } from "./channel/metering.ts"
export { ChannelStopped, type ChannelStoppedCode } from "./channel/stopped.ts"
export type { MessageSubscription, SubscriptionOptions, SubscriptionOverflow } from "./channel/subscription.ts"
export type { DnetChannel, DnetDiscovery, DnetEvent, DnetPacket } from "./dnet/event.ts"
export { NetError, WrongStateError } from "./errors.ts"
export type { Hosts, ReceivedAddress } from "./hosts/hosts.ts"
export type { HostColour, HostEntry, HostLists } from "./hosts/lists.ts"
export type { HostState } from "./hosts/state.ts"
export type { P2pCounters, P2pInfo } from "./info.ts"
export {
  MessageError,
  defineMessage,
  type MessageDefinition,
  type MessageOf,
  type MessageType,
} from "./message/message.ts"
export type { VersionInfo } from "./message/version.ts"
export { P2p, type BroadcastOptions, type P2pOptions, type P2pState, type Sessions } from "./p2p.ts"
export { genericProtocol, type GenericAction, type GenericProtocolOptions } from "./protocol/generic.ts"
export type { Protocol, ProtocolFactory, ProtocolRegistry } from "./protocol/protocol.ts"
export type { DirectLease, DirectSession } from "./session/direct.ts"
export type { InboundSession } from "./session/inbound.ts"
export type { ManualSession } from "./session/manual.ts"
export type { OutboundSession } from "./session/outbound.ts"
export type { RefineSession } from "./session/refine.ts"
export type { SeedSession } from "./session/seed.ts"
export { SESSION_ALL, SESSION_BITS, SESSION_DEFAULT, type SessionKind, type SessionMask } from "./session/kind.ts"
export { defaultSettings, profileOf, type Profile, type ProfileSettings, type Settings } from "./settings/settings.ts"
export { ConnectError, type ConnectErrorCode } from "./transport/error.ts"
