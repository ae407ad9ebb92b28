export { nodeClock as platformClock } from "../node/clock.ts"
export { nodeRandom as platformRandom } from "../node/random.ts"
