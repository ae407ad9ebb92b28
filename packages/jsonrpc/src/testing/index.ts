export type { Fault, Faults } from "./faults.ts"
export { faultyPair, type FaultyPairOptions } from "./faulty-pair.ts"
