// One process for each role, that does what the parent asks for.
import { fork } from "node:child_process"

/** Does what it is asked until the parent is gone. A Ctrl-C is the parent's affair. @param {Record<string, (args: any) => any>} deeds */
export function serve(deeds) {
  process.on("SIGINT", () => {})
  process.on("disconnect", () => process.exit(0))
  const answer = async ({ id, deed, args }) => {
    try {
      process.send?.({ id, value: await deeds[deed]?.(args) })
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }
  process.on("message", (message) => void answer(message))
}

/** A process with a role. Asking rejects with what the role threw, or when the process ends. */
export class Role {
  #id = 0
  /** @readonly */
  #child
  /** @readonly @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  #asked = new Map()
  /** @type {Promise<string>} How the process ended. */
  ended

  /** @param {string} name @param {readonly string[]} [execArgv] */
  constructor(name, execArgv = []) {
    const child = fork(new URL(`${name}.mjs`, import.meta.url), [], { execArgv: [...execArgv] })
    this.#child = child
    child.on("message", ({ id, value, error }) => {
      const asked = this.#asked.get(id)
      this.#asked.delete(id)
      if (error === undefined) asked?.resolve(value)
      else asked?.reject(new Error(`${name}: ${error}`))
    })
    this.ended = new Promise((resolve) => {
      child.on("exit", (code, signal) => {
        const how = signal ?? `code ${String(code)}`
        for (const { reject } of this.#asked.values()) reject(new Error(`the process of the ${name} ended: ${how}`))
        this.#asked.clear()
        resolve(how)
      })
    })
  }

  /** @param {string} deed @param {object} [args] @returns {Promise<any>} */
  ask(deed, args = {}) {
    return new Promise((resolve, reject) => {
      this.#asked.set((this.#id += 1), { resolve, reject })
      this.#child.send({ id: this.#id, deed, args }, (error) => error !== null && reject(error))
    })
  }

  /** Lets go of the process, which then has nothing to do. */
  release() {
    if (this.#child.connected) this.#child.disconnect()
  }

  /** Ends the process, come what may. */
  kill() {
    this.#child.kill("SIGKILL")
  }
}
