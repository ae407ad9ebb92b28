export { browserClock as platformClock } from "../browser/clock.ts"
