import type { Clock } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import type { Peer } from "../connection/peer.ts"
import { ServerError } from "../message/errors.ts"
import { ServerCode } from "../message/server-code.ts"
import type { Call, Middleware } from "./middleware.ts"

/** Options of {@link rateLimit}. */
export interface RateLimitOptions {
  /** Calls that may come in a second, on average. */
  readonly perSecond: number
  /** Calls that may come at once, after a while of quiet. Default: those of one second, at least 1. */
  readonly burst?: number
  /** Default: the platform's. */
  readonly clock?: Pick<Clock, "monotonic">
}

/** Refuses a connection's calls when they come too fast: -32005, with `data.retryAfterMs`. Notifications are dropped. */
export function rateLimit({
  perSecond,
  burst = Math.max(1, perSecond),
  clock = platformClock,
}: RateLimitOptions): Middleware {
  if (!(perSecond > 0 && burst >= 1)) throw new RangeError("a rate is more than 0 a second, and a burst at least 1")
  const buckets = new WeakMap<Peer, { calls: number; at: number }>()
  return ({ request }, next) => {
    const now = clock.monotonic()
    const bucket = buckets.get(request.connection) ?? { calls: burst, at: now }
    bucket.calls = Math.min(burst, bucket.calls + ((now - bucket.at) * perSecond) / 1000)
    bucket.at = now
    buckets.set(request.connection, bucket)
    if (bucket.calls < 1) {
      const retryAfterMs = Math.ceil(((1 - bucket.calls) * 1000) / perSecond)
      throw new ServerError(ServerCode.limitExceeded, "too many requests", { retryAfterMs })
    }
    bucket.calls--
    return next()
  }
}

/** A number for each method by name, and one for all others. */
export interface PerMethod {
  /** For methods that are not named. Default: no limit. */
  readonly others?: number
  readonly methods?: Readonly<Record<string, number>>
}

function limitOf({ others = Infinity, methods = {} }: PerMethod, method: string): number {
  return Object.hasOwn(methods, method) ? (methods[method] as number) : others
}

/** Refuses calls of a method while so many of it are worked on, over all connections: -32005. */
export function concurrencyLimit(limits: PerMethod): Middleware {
  const running = new Map<string, number>()
  return ({ method }, next) => {
    const limit = limitOf(limits, method)
    if (limit === Infinity) return next()
    const count = running.get(method) ?? 0
    if (count >= limit) throw new ServerError(ServerCode.limitExceeded, `${method} is busy`)
    running.set(method, count + 1)
    return whenOver(next, () => {
      const left = (running.get(method) ?? 1) - 1
      if (left === 0) running.delete(method)
      else running.set(method, left)
    })
  }
}

/** Options of {@link timeLimit}: milliseconds for each method. */
export interface TimeLimitOptions extends PerMethod {
  /** Default: the platform's. */
  readonly clock?: Pick<Clock, "setTimer">
}

/**
 * Answers -32002 when a method takes too long, or longer than its caller has said it waits, and aborts the signal of its request, so that the handler can stop. A
 * subscription may last.
 */
export function timeLimit({ clock = platformClock, ...limits }: TimeLimitOptions): Middleware {
  return ({ kind, method, request }, next) => {
    const ms = Math.min(limitOf(limits, method), request.timeoutMs ?? Infinity)
    if (ms === Infinity || kind === "subscription") return next()
    const result = next()
    if (!(result instanceof Promise)) return result
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(ms, () => {
        const error = new ServerError(ServerCode.timedOut, `${method} took longer than ${ms} ms`)
        reject(error)
        request.cancel(error)
      })
      result.finally(() => timer.cancel()).then(resolve, reject)
    })
  }
}

/** Lets through what `check` says true to; the rest is refused with -32001. What `check` throws is the answer instead. */
export function authorize(check: (call: Call) => boolean | Promise<boolean>): Middleware {
  return (call, next) => {
    const allowed = check(call)
    return allowed instanceof Promise ? allowed.then((late) => pass(late)) : pass(allowed)

    function pass(is: boolean): unknown {
      if (!is) throw new ServerError(ServerCode.unauthorized, "not allowed")
      return next()
    }
  }
}

/** How a call ended. */
export interface CallReport {
  readonly call: Call
  /** From the handler's beginning to its end, in milliseconds. */
  readonly ms: number
  /** What it threw. A code of its own is the one that was answered; anything else was answered with -32603. */
  readonly error?: unknown
}

/** Tells `record` of every call when it has ended: for metrics and access logs. */
export function metrics(
  record: (report: CallReport) => void,
  { clock = platformClock }: { clock?: Pick<Clock, "monotonic"> } = {},
): Middleware {
  return trace((call) => {
    const start = clock.monotonic()
    return (failure) => record({ call, ms: clock.monotonic() - start, ...failure })
  })
}

/** Calls `begin` when a call begins, and what it returns when the call has ended: for spans of a tracer. */
export function trace(begin: (call: Call) => (failure?: { readonly error: unknown }) => void): Middleware {
  return (call, next) => {
    const end = begin(call)
    return whenOver(next, end)
  }
}

function whenOver(next: () => unknown, over: (failure?: { readonly error: unknown }) => void): unknown {
  let result: unknown
  try {
    result = next()
  } catch (error) {
    over({ error })
    throw error
  }
  if (!(result instanceof Promise)) {
    over()
    return result
  }
  return result.then(
    (value: unknown) => {
      over()
      return value
    },
    (error: unknown) => {
      over({ error })
      throw error
    },
  )
}
