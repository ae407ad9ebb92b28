export * from "../index.ts"
export { connect, openConnection, type NodeConnectOptions } from "./connect.ts"
export { serve, type NodeServeOptions } from "./serve.ts"
