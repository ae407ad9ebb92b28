export { formatAddress } from "./address.ts"
export type { Clock, Timer, Timers } from "./clock.ts"
export { MAX_TIMER_MS } from "./clock.ts"
export type { Log, LogFields, LogLevel, LogRecord, LogSink } from "./log.ts"
export { LOG_LEVELS, logTo, silentLog } from "./log.ts"
export { escapeControls, readableLine, timeOfDay } from "./log-line.ts"
export type {
  Address,
  ByteStream,
  ConnectOptions,
  Listener,
  ListenOptions,
  Network,
  NetworkErrorCode,
  StreamOptions,
  StreamReader,
  TlsIdentity,
  TlsOffer,
  TlsOptions,
  TlsStream,
} from "./network.ts"
export { NetworkError } from "./network.ts"
export type { Random } from "./random.ts"
export type { Runtime } from "./runtime.ts"
export type { Store, StoreErrorCode } from "./store.ts"
export { checkStoreName, StoreError } from "./store.ts"
export type { TaskObserver } from "./task-observer.ts"
export { StreamPrelude } from "./stream/prelude.ts"
