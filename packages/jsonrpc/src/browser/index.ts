export * from "../index.ts"
export { type BrowserConnectOptions, connect, openConnection } from "./connect.ts"
