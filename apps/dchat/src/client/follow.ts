import { type DaemonClient, MESSAGES_WAIT_MS } from "../daemon/contract.ts"
import type { ReceivedMessage } from "../daemon/inbox.ts"

/** How much longer than a daemon waits we wait for its answer, in milliseconds. */
const MARGIN_MS = 10_000

/**
 * The messages of a daemon whose number is above `number`, each once, and then those that come in, without end. Rejects as
 * the daemon's client does.
 */
export async function* follow(daemon: DaemonClient, number: number): AsyncGenerator<ReceivedMessage, never> {
  const patient = daemon.$with({ timeoutMs: MESSAGES_WAIT_MS + MARGIN_MS })
  for (let last = number; ;) {
    for (const message of await patient.messages(last)) {
      last = message.number
      yield message
    }
  }
}
