export { Simulation } from "./simulation.ts"
export { judged, simulate, testnet, type Testnet } from "./simulate.ts"
export { SimulationFailed } from "./failed.ts"
export type { SimulationOptions } from "./options.ts"
export type { SimNode, Shown } from "./sim-node.ts"
export type { Topology } from "./network/topology.ts"
export { ChatMsg, FloodMsg } from "./app/messages.ts"
export { allJudges } from "./judge/all.ts"
export type { Finding, Judge, JudgedNetwork } from "./judge/judge.ts"
export type { Journal, SentMessage } from "./journal.ts"
export type { TraceEvent } from "./trace/record.ts"
export type { Adversary, AdversaryContext } from "./adversary/adversary.ts"
export { adversaries, type AdversaryName } from "./adversary/all.ts"
export { eclipse, type EclipseOptions } from "./adversary/eclipse.ts"
export {
  addressFlooder,
  garbageSpeaker,
  lyingClock,
  nonReader,
  silentDropper,
  slowloris,
  spammer,
  type NuisanceOptions,
} from "./adversary/nuisances.ts"
export { propagation, type Propagation } from "./report/propagation.ts"
export { runScenario, type Report, type ScenarioOptions } from "./report/scenario.ts"
export type { PolicyName } from "./policy/policies.ts"
export { attackerShare, type AttackerShare } from "./report/share.ts"
export {
  describeScenario,
  drawScenario,
  runSwarmScenario,
  type PlannedFault,
  type SwarmScenario,
} from "./swarm/scenario.ts"
