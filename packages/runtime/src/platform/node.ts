export { nodeClock as platformClock, nodeClock as platformTimers } from "../node/clock.ts"
export { nodeRandom as platformRandom } from "../node/random.ts"
export { nodeDecodeUtf8 as platformDecodeUtf8 } from "../node/utf8.ts"
