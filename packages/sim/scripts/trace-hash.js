// Prints the SHA-256 of the whole trace of a simulated network in which much goes wrong. It must be the same on every run
// and every version of Node. `npm run determinism` runs it on each, twice.
//
//   node packages/sim/scripts/trace-hash.js        (after a build)
import { judged } from "@dchat/sim"
import { distances, withChunks, withHalfOpen, withLoss } from "@dchat/runtime/virtual"

const links = withHalfOpen(withLoss(withChunks(distances({ jitter: 20 })), { connectOneIn: 20, sendOneIn: 500 }), {
  oneIn: 30,
})

async function traceHash() {
  const options = {
    nodes: 30,
    seed: 42,
    links,
    topology: /** @type {const} */ ({ kind: "found", slots: 4 }),
    natPercent: 20,
    clockSkewMs: 5000,
    trace: { whole: true },
  }
  const net = await judged(options, async (net) => {
    net.every(5, () => net.node(0).flood())
    await net.run(2)
    net.partition(net.nodes.slice(0, 15), net.nodes.slice(15))
    await net.run(1)
    net.heal()
    net.node(3).crash()
    net.node(4).crash({ silent: true })
    net.node(5).leave()
    await net.run(1)
    net.node(3).restart()
    net.node(4).restart({ torn: true })
    net.node(5).rejoin()
    net.node(6).stepClock(-60_000)
    await net.run(2)
  })
  return { hash: net.traceHash, lines: net.journal.trace.lines, findings: net.findings }
}

const first = await traceHash()
const second = await traceHash()
if (first.hash !== second.hash) throw new Error(`two runs differ: ${first.hash}, ${second.hash}`)
for (const { judge, failures } of first.findings) for (const failure of failures) console.log(`${judge}: ${failure}`)
console.log(`${first.hash}  ${first.lines} events, Node ${process.versions.node}`)
