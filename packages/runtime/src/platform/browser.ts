export { browserClock as platformClock } from "../browser/clock.ts"
export { browserRandom as platformRandom } from "../browser/random.ts"
