import {
  CallTimeoutError,
  connect,
  ConnectError,
  ConnectionClosedError,
  InvalidResponseError,
  InvalidResultError,
  MethodNotFoundError,
  newlineFraming,
  RpcError,
} from "@dchat/jsonrpc"
import { isTimeout, timeout } from "@dchat/task"
import { Failure } from "../cli/failure.ts"
import type { Shell } from "../cli/shell.ts"
import { type DaemonClient, dchatContract } from "../daemon/contract.ts"

/** How long a daemon may take to accept a connection, and to answer a call, in milliseconds. */
const PATIENCE_MS = 10_000

/**
 * Connects to the daemon at `url`, does what is to be done, and closes the connection. Whatever goes wrong between the two
 * becomes a {@link Failure} that says what to do.
 */
export async function withDaemon<T>(
  url: string,
  shell: Pick<Shell, "runtime" | "stopSignal">,
  use: (daemon: DaemonClient) => Promise<T>,
): Promise<T> {
  try {
    const daemon = await connectToDaemon(url, shell)
    try {
      return await use(daemon.$with({ signal: shell.stopSignal }))
    } finally {
      await daemon.close()
    }
  } catch (error) {
    shell.stopSignal.throwIfAborted()
    throw explain(error, url)
  }
}

/** Connects to the daemon at `url`. */
export function connectToDaemon(
  url: string,
  { runtime, stopSignal }: Pick<Shell, "runtime" | "stopSignal">,
): Promise<DaemonClient> {
  const { clock } = runtime
  const framing = newlineFraming({ eol: "\r\n" })
  return timeout(
    PATIENCE_MS,
    ({ signal }) => connect(url, dchatContract, { runtime, framing, timeoutMs: PATIENCE_MS, signal }),
    { signal: stopSignal, clock },
  )
}

function explain(error: unknown, url: string): unknown {
  const text = explanation(error, url)
  return text === undefined ? error : new Failure(text, { cause: error })
}

function explanation(error: unknown, url: string): string | undefined {
  const seconds = PATIENCE_MS / 1000
  const stranger = "is it a dchat daemon? Name the right address with --rpc"
  if (error instanceof ConnectError || isTimeout(error)) {
    return `no daemon answers at ${url}; start one with "dchat daemon", or name its address with --rpc`
  }
  if (error instanceof CallTimeoutError) return `${url} has not answered within ${seconds} s; ${stranger}`
  if (error instanceof ConnectionClosedError)
    return `${url} closed the connection before it answered; has the daemon stopped, or is it another kind of port?`
  if (error instanceof InvalidResponseError || error instanceof InvalidResultError) {
    return `${url} answered with something else than was asked for; ${stranger}`
  }
  if (error instanceof MethodNotFoundError) {
    return `the daemon at ${url} does not offer this; it may be disabled there (rpc_disabled_methods)`
  }
  return error instanceof RpcError ? `the daemon at ${url} says: ${error.message} (${error.code})` : undefined
}
