import { escapeControls } from "@dchat/runtime"
import { CancelScope, isTimeout, sleep } from "@dchat/task"
import { Failure, messageOf } from "../cli/failure.ts"
import type { Shell } from "../cli/shell.ts"
import { follow } from "../client/follow.ts"
import { connectToDaemon } from "../client/with-daemon.ts"
import type { DaemonClient } from "../daemon/contract.ts"
import type { ReceivedMessage } from "../daemon/inbox.ts"

/** Nothing in the demo takes long: what has not happened after this many milliseconds will not happen. */
const PATIENCE_MS = 15_000
/** Between two looks whether a daemon has a peer, in milliseconds. */
const LOOK_AGAIN_MS = 50

type Context = Pick<Shell, "runtime" | "stopSignal" | "out">

/** Somebody who sits at a daemon of the demo and chats. */
export class Person {
  readonly name: string
  readonly #daemon: DaemonClient
  readonly #context: Context
  /** The number of the last message that they have heard. */
  #heard = 0

  private constructor(name: string, daemon: DaemonClient, context: Context) {
    this.name = name
    this.#daemon = daemon
    this.#context = context
  }

  /**
   * Sits down at the daemon that takes JSON-RPC at `url`.
   *
   * @throws {Failure} if it cannot be connected to: a computer that has not even its own loopback network
   */
  static async at(url: string, name: string, context: Context): Promise<Person> {
    try {
      return new Person(name, await connectToDaemon(url, context), context)
    } catch (error) {
      context.stopSignal.throwIfAborted()
      const why = isTimeout(error) ? `${url} does not answer` : messageOf(error)
      throw new Failure(`${name} cannot be reached: ${why}; the demo needs 127.0.0.1, the loopback network`, {
        cause: error,
      })
    }
  }

  /** Leaves the daemon. */
  leave(): Promise<void> {
    return this.#daemon.close()
  }

  /** Waits until the daemon is connected to a peer. */
  async untilConnected(): Promise<void> {
    const { clock } = this.#context.runtime
    await this.#inTime("is not connected to anyone", async (daemon, signal) => {
      while ((await daemon.info()).channels.every(({ session }) => session === "seed" || session === "refine")) {
        await sleep(LOOK_AGAIN_MS, { clock, signal })
      }
    })
  }

  /** Says something, and shows how somebody else hears it. */
  async say(text: string, listener: Person): Promise<void> {
    const { clock } = this.#context.runtime
    const start = clock.monotonic()
    this.#context.out(`${this.name.padEnd(6)} sends     ${escapeControls(text)}\n`)
    await this.#inTime("cannot send", (daemon) => daemon.send(text))
    const { text: heard, session, peer } = await listener.#hear()
    const ms = (clock.monotonic() - start).toFixed(1)
    this.#context.out(
      `${listener.name.padEnd(6)} received  ${escapeControls(heard)}  (${session} connection, ${peer}, ${ms} ms)\n`,
    )
  }

  /** Shows all that was received. */
  async showReceived(): Promise<void> {
    const [, ...texts] = await this.#inTime("does not answer", (daemon) => daemon.recv())
    this.#context.out(`${this.name.padEnd(6)} has received ${texts.map((text) => JSON.stringify(text)).join(", ")}\n`)
  }

  async #hear(): Promise<ReceivedMessage> {
    const { value } = await this.#inTime("has not received it", (daemon) => follow(daemon, this.#heard).next())
    this.#heard = value.number
    return value
  }

  async #inTime<T>(otherwise: string, act: (daemon: DaemonClient, signal: AbortSignal) => Promise<T>): Promise<T> {
    const { runtime, stopSignal } = this.#context
    const scope = new CancelScope(stopSignal, { timeoutMs: PATIENCE_MS, clock: runtime.clock })
    try {
      return await act(this.#daemon.$with({ signal: scope.signal }), scope.signal)
    } catch (error) {
      stopSignal.throwIfAborted()
      const why = isTimeout(scope.reason) ? `after ${PATIENCE_MS / 1000} s` : messageOf(error)
      throw new Failure(`${this.name} ${otherwise}: ${why}; run the demo with -v to see what the nodes say`, {
        cause: error,
      })
    } finally {
      scope[Symbol.dispose]()
    }
  }
}
