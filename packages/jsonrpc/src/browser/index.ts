export * from "../index.ts"
export {
  type BrowserConnectOptions,
  type CallerConnectOptions,
  connect,
  type ConnectionConnectOptions,
  openConnection,
} from "./connect.ts"
export { fetchTransport, type FetchTransportOptions } from "./fetch.ts"
