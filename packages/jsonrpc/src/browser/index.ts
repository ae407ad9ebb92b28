export * from "../index.ts"
export { type BrowserConnectOptions, connect, openConnection } from "./connect.ts"
export { fetchTransport, type FetchTransportOptions } from "./fetch.ts"
