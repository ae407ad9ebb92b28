import type { Log } from "@dchat/runtime"
import { ManualResetEvent } from "@dchat/task"
import { WrongStateError } from "./errors.ts"

/** What a node is doing. */
export type P2pState = "open" | "starting" | "started" | "running" | "stopping" | "stopped"

/** To which states a node goes on from each. */
const MOVES: Readonly<Record<P2pState, readonly P2pState[]>> = {
  open: ["starting"],
  starting: ["started", "stopping"],
  started: ["running", "stopping"],
  running: ["stopping"],
  stopping: ["stopped"],
  stopped: ["starting"],
}

/** What to do when the state does not lead to another one that was asked for. */
const INSTEAD: Readonly<Record<P2pState, string>> = {
  open: "call start(), and wait for it, before run()",
  starting: "wait until start() has returned",
  started: "it needs run() or stop()",
  running: "it goes on until stop()",
  stopping: "wait until stop() has returned",
  stopped: "call start(), and wait for it, before run()",
}

/** The state of a node, and the two moments that others wait for: when it is told to stop, and when it has. */
export class Lifecycle {
  /** Set while the node has been told to stop and was not started again. */
  readonly toldToStop = new ManualResetEvent()
  /** Set while the node has stopped and was not started again. */
  readonly ended = new ManualResetEvent()
  readonly #log: Log
  #state: P2pState = "open"

  constructor(log: Log) {
    this.#log = log
  }

  get state(): P2pState {
    return this.#state
  }

  /** Whether the node takes part in the network, or is about to. */
  get isUp(): boolean {
    return this.#state === "starting" || this.#state === "started" || this.#state === "running"
  }

  /** Whether nothing of the node runs. */
  get isIdle(): boolean {
    return this.#state === "open" || this.#state === "stopped"
  }

  /** @throws {WrongStateError} if the state does not lead there */
  move(to: P2pState): void {
    const from = this.#state
    if (!MOVES[from].includes(to)) {
      throw new WrongStateError(`a network that is ${from} cannot be ${to}: ${INSTEAD[from]}`)
    }
    this.#log.debug(`P2p: ${this.#state} -> ${to}`)
    this.#state = to
    if (to === "starting") {
      this.toldToStop.reset()
      this.ended.reset()
    } else if (to === "stopping") {
      this.toldToStop.set()
    } else if (to === "stopped") {
      this.ended.set()
    }
  }
}
