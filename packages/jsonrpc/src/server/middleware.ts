import type { IncomingRequest } from "../connection/incoming-request.ts"
import type { RequestHandler } from "./request-handler.ts"

/** A call on its way to its handler. Each entry of a batch is one. */
export interface Call {
  readonly kind: "request" | "notification" | "subscription"
  readonly method: string
  readonly request: IncomingRequest
}

/**
 * Stands before the handlers and sees every call. `next` goes on, and gives what the handler gives: a value, or a promise
 * of it; of a subscription that a generator serves, a promise that lasts as long as the subscription. Not to call `next`
 * answers in the handler's place; to throw refuses.
 */
export type Middleware = (call: Call, next: () => unknown) => unknown

/** The same handler behind middleware, the first of which stands outermost. */
export function withMiddleware<H extends RequestHandler>(handler: H, ...middleware: readonly Middleware[]): H {
  const innermost = ({ request }: Call): unknown => handler.handle(request)
  const run = middleware.reduceRight<(call: Call) => unknown>(
    (next, each) => (call) => each(call, () => next(call)),
    innermost,
  )
  return {
    ...handler,
    handle: (request: IncomingRequest) => run({ kind: kindOf(request), method: request.method, request }),
  }

  function kindOf({ isNotification, method }: IncomingRequest): Call["kind"] {
    if (isNotification) return "notification"
    return handler.isSubscription?.(method) === true ? "subscription" : "request"
  }
}
