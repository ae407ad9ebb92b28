import { isRecord, same, short } from "../match.ts"
import type { ClientCall } from "../vector.ts"

/** Reads what a client has sent, and knows the ids that it gave. */
export class RequestReader {
  readonly #ids: unknown[] = []

  /** Checks that the messages are the calls, written as sections 4 and 6 demand. Gives what is wrong, or `undefined`. */
  read(messages: readonly unknown[], calls: readonly (ClientCall | readonly ClientCall[])[]): string | undefined {
    if (messages.length !== calls.length) return `${calls.length} messages have to come, and ${messages.length} came`
    for (const [index, call] of calls.entries()) {
      const message = messages[index]
      const problem = isBatch(call) ? this.#readBatch(message, call) : this.#readCall(message, call)
      if (problem !== undefined) return problem
    }
    return new Set(this.#ids).size === this.#ids.length ? undefined : `one id twice: ${short(this.#ids)}`
  }

  /** Puts the ids in the places of `$1`, `$2` and so on. */
  fillIn(text: string): string {
    return text.replaceAll(/\$(\d)/g, (_, place: string) => JSON.stringify(this.#ids[Number(place) - 1]))
  }

  #readBatch(message: unknown, calls: readonly ClientCall[]): string | undefined {
    if (!Array.isArray(message) || message.length !== calls.length)
      return `no batch of ${calls.length}: ${short(message)}`
    return calls.map((call, index) => this.#readCall(message[index], call)).find((problem) => problem !== undefined)
  }

  #readCall(message: unknown, { method, params, isNotification = false }: ClientCall): string | undefined {
    if (!isRecord(message) || message["jsonrpc"] !== "2.0") return `no message of version 2.0: ${short(message)}`
    if (message["method"] !== method) return `another method than ${method}: ${short(message)}`
    const hasParams = Object.hasOwn(message, "params")
    if (hasParams ? !same(params ?? [], message["params"]) : params !== undefined) {
      return `other parameters than ${short(params ?? null)}: ${short(message)}`
    }
    if (isNotification) return Object.hasOwn(message, "id") ? `a notification with an id: ${short(message)}` : undefined
    const { id } = message
    if (typeof id !== "string" && !Number.isInteger(id)) return `an id that should not be: ${short(message)}`
    this.#ids.push(id)
    return undefined
  }
}

function isBatch(call: ClientCall | readonly ClientCall[]): call is readonly ClientCall[] {
  return Array.isArray(call)
}
