export type {
  ApiOf,
  BatchClient,
  BatchItem,
  BatchResults,
  Client,
  ClientCallOptions,
  ClientDoors,
  ClientOf,
} from "./client/client.ts"
export { connect, openConnection, type ClientRuntime, type ConnectOptions } from "./client/connect.ts"
export { batchCalls, type BatchCallsOptions } from "./client/batch-calls.ts"
export { checkParams, InvalidArgumentError, type CallGuard, type ParamsCheck } from "./client/check-params.ts"
export { TooManyCallsError } from "./client/errors.ts"
export { type CallLimits, limitCalls } from "./client/limit-calls.ts"
export type { LinkState } from "./client/link-state.ts"
export {
  type OpenConnection,
  reconnecting,
  type ReconnectingPeer,
  type ReconnectOptions,
} from "./client/reconnecting.ts"
export { client, type ClientOptions, interfaceClient } from "./client/make-client.ts"
export { tryBatch, type WholeBatchOutcome } from "./client/try-batch.ts"
export type { AnswerReader, BatchCall, BatchOutcome, CallOptions } from "./connection/call.ts"
export { Caller, type CallerOptions } from "./connection/caller.ts"
export { Connection } from "./connection/connection.ts"
export { type ConnectionCounters, newCounters } from "./connection/counters.ts"
export type { ConnectionOptions } from "./connection/options.ts"
export {
  Engine,
  type EngineEvent,
  type EngineLimits,
  type EngineObserver,
  type EngineOptions,
  type IncomingCall,
} from "./connection/engine.ts"
export { type BatchEntry, type CallFailure, PendingCall } from "./connection/pending-calls.ts"
export {
  CallCancelledError,
  CallError,
  CallTimeoutError,
  ConnectionClosedError,
  DeliveryError,
  EncodeError,
  InvalidResponseError,
  InvalidResultError,
  MessageTooLongError,
  MissingResponseError,
  type Sent,
} from "./connection/errors.ts"
export type { Handler } from "./connection/handler.ts"
export type { IncomingRequest } from "./connection/incoming-request.ts"
export type { ConnectionStatus } from "./connection/lifecycle.ts"
export { type ConnectionLimits, DEFAULT_LIMITS } from "./connection/limits.ts"
export type { LineLimits } from "./connection/line-limits.ts"
export type { Peer } from "./connection/peer.ts"
export {
  contract,
  type Contract,
  type ContractOptions,
  type Definitions,
  type ParamStyle,
} from "./contract/contract.ts"
export { ContractError } from "./contract/contract-error.ts"
export {
  type DeclaredErrorClass,
  method,
  type Method,
  notification,
  type Notification,
  type ParamShape,
  type SubscriptionMethod,
} from "./contract/definition.ts"
export { subscription, type SubscriptionDefinition } from "./contract/subscription.ts"
export { error, type ErrorClass } from "./contract/error-class.ts"
export {
  bigint,
  boolean,
  bytes,
  date,
  integer,
  list,
  literal,
  nullable,
  number,
  object,
  oneOf,
  optional,
  rawJson,
  record,
  string,
  type,
  unknown,
} from "./contract/schema.ts"
export { signature, signatures } from "./contract/signature/signatures.ts"
export { SignatureError } from "./contract/signature/signature-error.ts"
export type { Schema } from "./contract/own-schema.ts"
export type { InputOf, OutputOf, StandardSchema } from "./contract/standard-schema.ts"
export {
  darkfiHttpDialers,
  darkfiHttpFraming,
  darkfiHttpListeners,
  type DarkfiHttpOptions,
} from "./dialect/darkfi-http.ts"
export { darkfiDialect, DarkfiErrorCode } from "./dialect/darkfi.ts"
export type { Dialect } from "./dialect/dialect.ts"
export { lspDialect } from "./dialect/lsp.ts"
export type { DeadlineSpelling, ProgressSpelling } from "./dialect/call-notes-spelling.ts"
export type { CancellationSpelling } from "./dialect/cancellation-spelling.ts"
export {
  plainSubscriptions,
  type SpelledMessage,
  type SubscriberSpelling,
  type SubscriptionName,
  type SubscriptionNews,
  type SubscriptionSpelling,
} from "./dialect/subscription-spelling.ts"
export { type Flavor, flavor, type FlavorOptions, jsonFlavor, type RawFlavor, rawFlavor } from "./flavor/flavor.ts"
export { base64Form, bigintForm, dateForm, type Form, hexForm } from "./flavor/forms.ts"
export { InvalidValueError } from "./flavor/invalid-value-error.ts"
export { losslessFlavor } from "./flavor/lossless.ts"
export { contentLengthFraming, type ContentLengthOptions } from "./framing/content-length.ts"
export { type Frame, type FrameDecoder, type Framing, FramingError, type Unreadable } from "./framing/framing.ts"
export { lengthPrefixFraming, type LengthPrefixOptions } from "./framing/length-prefix.ts"
export { newlineFraming, type NewlineOptions } from "./framing/newline.ts"
export {
  ApplicationError,
  InternalError,
  InvalidParamsError,
  InvalidRequestError,
  MethodNotFoundError,
  ParseError,
  ServerError,
} from "./message/errors.ts"
export { ErrorCode, JsonRpcError, RpcError } from "./message/rpc-error.ts"
export { type JsonText, jsonText } from "./message/json-text.ts"
export type { ErrorObject, Id, Params } from "./message/message.ts"
export { cutResult, type ResponseText, type ResultCutter } from "./message/slice.ts"
export { ServerCode } from "./message/server-code.ts"
export type { OpenRpcContent, OpenRpcDocument, OpenRpcInfo, OpenRpcMethod } from "./openrpc/document.ts"
export { openRpcDocument, type OpenRpcOptions } from "./openrpc/openrpc.ts"
export { fetchHandler, type FetchHandlerOptions } from "./server/fetch-handler.ts"
export type { ServeOptions, ServerRuntime, StopServerOptions } from "./server/options.ts"
export {
  authorize,
  type CallReport,
  concurrencyLimit,
  metrics,
  type PerMethod,
  rateLimit,
  type RateLimitOptions,
  timeLimit,
  type TimeLimitOptions,
  trace,
} from "./server/guards.ts"
export { type ContextKey, contextKey } from "./server/context.ts"
export type { ServerCounters } from "./server/counters.ts"
export { mergeRouters } from "./server/merge-routers.ts"
export { type Call, type Middleware, withMiddleware } from "./server/middleware.ts"
export { requestHandler, type RequestHandler } from "./server/request-handler.ts"
export { WrongResultError } from "./server/outgoing-check.ts"
export type { PendingSubscription } from "./server/pending-subscription.ts"
export { router, type Handlers, type Router, type RouterOptions, type SubscriptionHandler } from "./server/router.ts"
export { serve } from "./server/serve.ts"
export type { Server } from "./server/server.ts"
export type { AccessRefusal, AccessRequest, Authorize } from "./transport/access.ts"
export { AddressError } from "./transport/address.ts"
export { channelTransport, type ChannelTransportOptions } from "./transport/channel.ts"
export { ConnectError, ListenError, TransportLostError } from "./transport/errors.ts"
export type { CorsOptions } from "./transport/cors.ts"
export type { HostGuardOptions } from "./transport/host-guard.ts"
export { type HttpPost, type HttpReply, httpTransport, type HttpTransportOptions } from "./transport/http-client.ts"
export type { TransportListener, Welcome } from "./transport/listener.ts"
export { memoryPair, type MemoryPairOptions } from "./transport/memory.ts"
export { messagePortTransport, type MessagePortOptions, type PortLike } from "./transport/message-port.ts"
export type { DialContext, Dialer, Dialers, ListenContext, Listeners, TransportBinder } from "./transport/scheme.ts"
export { streamTransport, type TransportStream } from "./transport/stream.ts"
export { TextChannel } from "./transport/text-channel.ts"
export type { PushTransport, Transport, TransportReader } from "./transport/transport.ts"
export { type WebSocketLike, webSocketTransport, type WebSocketTransportOptions } from "./transport/websocket.ts"
export type { BufferLimits, BufferOverflow } from "./subscription/buffer.ts"
export { SubscriptionLaggedError } from "./subscription/errors.ts"
export type { AcceptOptions, SubscriptionSink } from "./subscription/sink.ts"
export type { SubscribeOptions, Subscription, SubscriptionBuffer } from "./subscription/subscription.ts"
export { Subscriptions } from "./subscription/subscriptions.ts"
