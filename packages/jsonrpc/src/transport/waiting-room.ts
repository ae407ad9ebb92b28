import type { AccessRequest } from "./access.ts"
import type { Welcome } from "./listener.ts"
import type { Transport } from "./transport.ts"

/** Where transports wait until a listener is told who gets them. */
export class WaitingRoom {
  readonly #waiting: Parameters<Welcome>[] = []
  #welcome: Welcome = (...entry) => void this.#waiting.push(entry)

  /** Takes a transport that came in. */
  enter(transport: Transport, access?: AccessRequest): void {
    this.#welcome(transport, access)
  }

  /** Says who gets those that wait, and those that come. */
  accept(welcome: Welcome): void {
    this.#welcome = welcome
    for (const [transport, access] of this.#waiting.splice(0)) welcome(transport, access)
  }

  /** Who comes from now on is sent away. */
  close(): void {
    this.#welcome = (transport) => void transport.close()
    for (const [transport] of this.#waiting.splice(0)) void transport.close()
  }
}
