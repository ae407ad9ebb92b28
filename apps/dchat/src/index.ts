export { type DaemonClient, dchatContract, NotTaken } from "./daemon/contract.ts"
