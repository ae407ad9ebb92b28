import { NetworkError } from "@dchat/runtime"
import { isTimeout } from "@dchat/task"
import { ChannelStopped } from "../channel/stopped.ts"
import { ConnectError } from "../transport/error.ts"

/** Why a connection did not come about, for the log; undefined for any other error, which is a mistake of ours. */
export function failureOf(error: unknown): string | undefined {
  if (error instanceof ConnectError) return error.reason
  if (error instanceof ChannelStopped || error instanceof NetworkError || isTimeout(error)) return textOf(error)
  return undefined
}

/** Whether somebody else here dials the host already. */
export function isBusy(error: unknown): boolean {
  return error instanceof ConnectError && error.code === "busy"
}

/** Whether a dial that failed says nothing of the host: it is being dialled already, or a proxy or room is missing here. */
export function isNobodysFault(error: unknown): boolean {
  return (
    isBusy(error) || (error instanceof ConnectError && (error.code === "no-proxy" || error.code === "no-resources"))
  )
}

/** Whether trying again is of no use. */
export function isPermanent(error: unknown): boolean {
  return error instanceof ConnectError && (error.code === "unsupported-transport" || error.code === "bad-address")
}

/** What an error says. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
