import { TaskGroup, checkpoint, type CancelScope } from "@dchat/task"
import { WrongStateError } from "../errors.ts"
import { ConnectError } from "../transport/error.ts"
import { withoutCredentials } from "../transport/transport.ts"
import { dial } from "./bring-up.ts"
import type { Session, SessionContext } from "./context.ts"
import { failureOf } from "./failure.ts"

/** Asks seeds for the addresses of others: short visits, one to each seed (darkfi-net 6.5). */
export class SeedSession implements Session {
  readonly #node: SessionContext
  #tasks: TaskGroup | undefined

  constructor(node: SessionContext) {
    this.#node = node
  }

  /** Visits all seeds; returns when every visit has ended. */
  async start(): Promise<void> {
    const { settings, runtime } = this.#node
    this.#tasks = new TaskGroup({
      supervise: (error) => runtime.log.error("Visiting a seed failed", { error }),
      observer: runtime.tasks,
    })
    const { length: count } = settings.seeds
    if (count === 0) runtime.log.info("Not configured for asking seeds.")
    // A seed that is silent takes its time; what becomes of each is said when it is known.
    else runtime.log.info(`Asking ${count === 1 ? "1 seed" : `${count} seeds`} for peers`)
    await this.query()
  }

  async stop(): Promise<void> {
    const tasks = this.#tasks
    this.#tasks = undefined
    tasks?.cancel()
    await tasks?.join()
  }

  /**
   * Visits all seeds at the same time. Returns when every visit has ended: with an answer, with an error, or because it
   * took too long. A seed that is being visited is left out.
   */
  async query(): Promise<void> {
    const tasks = this.#tasks
    if (tasks === undefined) throw new WrongStateError("seeds can be asked while the network runs")
    await Promise.all(this.#node.settings.seeds.map((seed) => tasks.spawn((scope) => this.#visit(seed, scope))))
  }

  async #visit(seed: string, signal: CancelScope): Promise<void> {
    try {
      // The seed protocol is the last thing of the bring-up: then all is said.
      const channel = await dial(seed, "seed", this.#node, { signal })
      await channel.stop()
    } catch (error) {
      checkpoint(signal)
      const failure = failureOf(error)
      if (failure === undefined) throw error
      if (error instanceof ConnectError && error.code === "busy") return
      const level = this.#node.repeats.isNews(seed, failure) ? "warn" : "debug"
      this.#node.runtime.log[level](`No answer from seed ${withoutCredentials(seed)}: ${failure}`)
    }
  }
}
