import type { Clock, Log, Timer } from "@dchat/runtime"
import type { Refusal } from "./http.ts"

/**
 * Somebody asks to come in by HTTP or WebSocket. The same at every door: listeners of both, and `fetchHandler`. As a key of
 * `contextKey` it stands for the connection that comes of it: `USER.set(access, user)`, and handlers read
 * `USER.get(request)`.
 */
export interface AccessRequest {
  /** `POST`; `GET` for a WebSocket. */
  readonly method: string
  /** As the other side wrote it, its query included: a page can send no header with a WebSocket, but a query. Not to be trusted. */
  readonly url: string
  readonly headers: Headers
  /** Who is at the other end, such as `ws://127.0.0.1:4711`. Behind a proxy it is the proxy. */
  readonly remote: string
}

/** Why somebody may not come in: 401 for who is not known, 403 for who is. */
export interface AccessRefusal {
  readonly status: 401 | 403
  /** For people, in the body of the answer. Default: `not authorized` or `forbidden`. */
  readonly reason?: string
}

/**
 * Says who may come in: `true`, or a refusal; `false` is 401. For HTTP it is asked for each request, for WebSocket once. What
 * it throws is 401 too, and stands in the log. When it has said nothing for 10 s, that is 503.
 */
export type Authorize = (access: AccessRequest) => boolean | AccessRefusal | Promise<boolean | AccessRefusal>

/** What asking needs of the world. */
export interface AccessContext {
  readonly clock: Pick<Clock, "setTimer">
  readonly log: Log
}

/** Asks whether somebody may come in. `undefined`: yes. */
export async function askAccess(
  authorize: Authorize,
  access: AccessRequest,
  { clock, log }: AccessContext,
): Promise<Refusal | undefined> {
  let patience: Timer | undefined
  // Whoever waits holds a socket: an answer that never comes must not hold it for ever.
  const silence = new Promise<"silent">((resolve) => {
    patience = clock.setTimer(PATIENCE_MS, () => resolve("silent"))
  })
  try {
    const answer = await Promise.race([authorize(access), silence])
    if (answer === true) return undefined
    if (answer === "silent") {
      log.warn("nobody knows whether a request may come in: authorize is silent", { remote: access.remote })
      return { status: 503, reason: "nobody could say in time whether you may come in; try again" }
    }
    const { status, reason } = answer === false ? UNKNOWN : answer
    return { status, reason: reason ?? (status === 403 ? "forbidden" : "not authorized") }
  } catch (error) {
    log.warn("nobody knows whether a request may come in: authorize failed", { remote: access.remote, error })
    return { status: 401, reason: "not authorized" }
  } finally {
    patience?.cancel()
  }
}

/** How long `authorize` may take, in milliseconds. */
const PATIENCE_MS = 10_000

const UNKNOWN: AccessRefusal = { status: 401 }
