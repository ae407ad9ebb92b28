import { watchRejections } from "./platform/process.ts"
import { STABLE_MS } from "./judge/stable.ts"
import type { SimulationOptions } from "./options.ts"
import { Simulation } from "./simulation.ts"
import { SimulationFailed } from "./failed.ts"
import { textOf } from "./text.ts"

/** A network that runs until it is stopped. Dispose of it: `await using net = await testnet(5)`. */
export interface Testnet extends Simulation, AsyncDisposable {}

/**
 * A network of whole nodes, connected and running: for tests of applications.
 *
 * @param nodes How many.
 * @param options All that {@link simulate} takes. No judge is asked.
 */
export async function testnet(nodes: number, options: Omit<SimulationOptions, "nodes"> = {}): Promise<Testnet> {
  const net = new Simulation({ nodes, ...options })
  await net.start()
  return Object.assign(net, { [Symbol.asyncDispose]: () => net.stop() })
}

/**
 * Runs a story on a network of whole nodes, lets another minute pass, and asks the judges. The same options and the same
 * story give the same run.
 *
 * @returns The network, stopped, for a look at what has happened.
 * @throws {SimulationFailed} with the seed and all faults, when a judge is not content or the story throws
 */
export async function simulate(
  options: SimulationOptions,
  story: (net: Simulation) => Promise<void> | void = () => {},
): Promise<Simulation> {
  const net = await judged(options, story)
  if (net.findings.some(({ failures }) => failures.length > 0)) throw new SimulationFailed(net)
  return net
}

/** As {@link simulate}, but a judge who is not content is no error: see `findings`. */
export async function judged(
  options: SimulationOptions,
  story: (net: Simulation) => Promise<void> | void = () => {},
): Promise<Simulation> {
  const net = new Simulation(options)
  const unwatch = watchRejections((reason) => net.journal.error(`nobody looks at a rejection: ${textOf(reason)}`))
  try {
    net.beginJudging()
    await net.start()
    await story(net)
    // Until it is known what became of the last message.
    await net.run((STABLE_MS + 1000) / 60_000)
    await net.end()
  } catch (error) {
    throw new SimulationFailed(net, error)
  } finally {
    unwatch()
  }
  return net
}
