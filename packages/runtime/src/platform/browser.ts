export { browserClock as platformClock, browserTimers as platformTimers } from "../browser/clock.ts"
export { browserRandom as platformRandom } from "../browser/random.ts"
export { browserDecodeUtf8 as platformDecodeUtf8 } from "../browser/utf8.ts"
