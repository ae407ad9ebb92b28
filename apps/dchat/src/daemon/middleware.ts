import { InvalidParamsError, MethodNotFoundError, type Middleware } from "@dchat/jsonrpc"
import type { Log } from "@dchat/runtime"

/** What is wrong may quote the caller: so many characters of it are enough. */
const REASON_CHARACTERS = 200

/** Answers the methods that are disabled at the time of the call as if they did not exist. */
export function refuseDisabled(disabled: () => readonly string[]): Middleware {
  return ({ method }, next) => {
    if (disabled().includes(method)) throw new MethodNotFoundError()
    return next()
  }
}

/** Tells the log, at debug, why parameters are answered with `invalid params`: the answer says no more, as the reference's. */
export function tellInvalidParams(log: Log): Middleware {
  const tell = (error: unknown, method: string, remote: string): never => {
    if (error instanceof InvalidParamsError) {
      log.debug(`${method} was called with params that do not fit: ${String(error.data).slice(0, REASON_CHARACTERS)}`, {
        remote,
      })
    }
    throw error
  }
  return ({ method, request }, next) => {
    const { remote } = request.connection
    try {
      const result = next()
      return result instanceof Promise ? result.catch((error: unknown) => tell(error, method, remote)) : result
    } catch (error) {
      return tell(error, method, remote)
    }
  }
}
