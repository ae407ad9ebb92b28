import type { Clock } from "@dchat/runtime"
import { mapAtOnce } from "../at-once.ts"
import { isRecord, mismatch } from "../match.ts"
import { Mailbox } from "../mailbox.ts"
import { vectorText, type ServerVector, type Verdict } from "../vector.ts"
import type { Wire } from "../wire.ts"

/** How servers and clients are tried. */
export interface RunOptions {
  clock: Pick<Clock, "setTimer">
  /** How long to wait for what has to come, in milliseconds. Default 5 s. */
  timeoutMs?: number
  /** How long to wait for what must not come, in milliseconds. Default 20 ms. */
  quietMs?: number
  /** Vectors that are tried at a time, each on a connection of its own. Default: all. */
  atOnce?: number
}

/** A request that is sent after each vector: whatever the vector was, the connection has to live on. */
const PROBE_ID = "conformance-probe"
const PROBE = JSON.stringify({ jsonrpc: "2.0", method: "nothing", id: PROBE_ID })

/**
 * Tries a server, each vector on a connection of its own. It must offer the methods of the README.
 *
 * @param open Opens a connection to the server.
 */
export function tryServer(
  vectors: readonly ServerVector[],
  open: () => Promise<Wire>,
  options: RunOptions,
): Promise<Verdict[]> {
  return mapAtOnce(vectors, options.atOnce ?? Infinity, (vector) => tryVector(vector, open, options))
}

async function tryVector(
  vector: ServerVector,
  open: () => Promise<Wire>,
  { clock, timeoutMs = 5000, quietMs = 20 }: RunOptions,
): Promise<Verdict> {
  const wire = await open()
  try {
    const mailbox = new Mailbox(wire, clock)
    for (const text of vector.send) wire.send(vectorText(text))
    wire.send(PROBE)
    const expected = vector.expect.length + 1
    await mailbox.until(() => mailbox.messages.length >= expected, timeoutMs)
    await mailbox.until(() => mailbox.messages.length > expected, quietMs)
    const why = judge(vector, mailbox)
    return why === undefined ? { vector, status: "passed" } : { vector, status: "failed", why }
  } finally {
    await wire.close()
  }
}

function judge(vector: ServerVector, { messages, texts, isClosed }: Mailbox): string | undefined {
  const { never, ordered = false } = vector
  const why = mismatch(
    vector.expect,
    messages.filter((message) => !isProbeReply(message)),
    { ordered },
  )
  if (why !== undefined) return why
  if (never !== undefined && texts.some((text) => text.includes(never))) return `${never} must stay with the server`
  if (!messages.some(isProbeReply)) {
    return isClosed ? "the connection was closed" : "the next request on the connection was not answered"
  }
  return undefined
}

function isProbeReply(message: unknown): boolean {
  return isRecord(message) && message["id"] === PROBE_ID && "result" in message
}
