// The last line of .ci/run, `N passed, N failed`, from the test runner's own report; fails if anything did.
// node scripts/count-tests.js REPORT.json [FAILED_STEP...]
import { existsSync } from "node:fs"
import { readJson } from "./house.js"

const [report = "", ...steps] = process.argv.slice(2)
/** @type {{ numPassedTests: number, numFailedTests: number, numPendingTests: number }} */
const tests = existsSync(report) ? readJson(report) : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 }

// A test run that broke, rather than a test, is a failed step like any other.
const broken = steps.filter((step) => step !== "test" || tests.numFailedTests === 0)
const failed = tests.numFailedTests + broken.length
const skipped = tests.numPendingTests === 0 ? "" : `, ${tests.numPendingTests} skipped`
console.log(`${tests.numPassedTests} passed, ${failed} failed${skipped}`)
process.exitCode = failed === 0 && tests.numPassedTests > 0 ? 0 : 1
