export type { Outcome } from "./client/outcome.ts"
export { tryClient, type ClientScene, type TriedClient } from "./client/run.ts"
export { CLIENT_VECTORS } from "./client/vectors.ts"
export { count, table, type Column, type Count, type Row } from "./report.ts"
export { tryServer, type RunOptions } from "./server/run.ts"
export { SERVER_VECTORS } from "./server/vectors.ts"
export type {
  ClientCall,
  ClientVector,
  Demand,
  ExpectedOutcome,
  ExpectedReply,
  ExpectedResponse,
  ServerMove,
  ServerVector,
  VectorInfo,
  VectorText,
  Verdict,
} from "./vector.ts"
export type { Wire, WireReader } from "./wire.ts"
