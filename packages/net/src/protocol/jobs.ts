import type { Log, Runtime } from "@dchat/runtime"
import { TaskGroup, whenCancelled, type Cancellation } from "@dchat/task"
import type { Channel } from "../channel/channel.ts"
import { ChannelStopped } from "../channel/stopped.ts"
import type { Protocol } from "./protocol.ts"

/**
 * Starts a protocol on a channel that is running. Its jobs are cancelled when the channel stops, and the channel has
 * stopped only when they have ended. A job that fails stops the channel. A start that has not ended by then is left to itself.
 */
export async function startProtocol(
  protocol: Protocol,
  channel: Channel,
  runtime: Pick<Runtime, "log" | "tasks">,
): Promise<void> {
  const supervise = (error: unknown): void => fail(protocol, channel, runtime.log, error)
  const jobs = new TaskGroup({ supervise, observer: runtime.tasks })
  channel.onStop(async () => {
    jobs.cancel(await channel.stopped)
    await jobs.join()
  })
  await unlessCancelled(Promise.resolve(protocol.start(jobs)), jobs.scope)
}

/** A start that waits for what may never come holds nobody up when the channel has stopped. Rejects with the reason then. */
function unlessCancelled(starting: Promise<void>, signal: Cancellation): Promise<void> {
  return new Promise((resolve, reject) => {
    const unlink = whenCancelled(signal, reject)
    starting.then(resolve, reject).finally(unlink)
  })
}

function fail({ name }: Protocol, channel: Channel, log: Log, error: unknown): void {
  if (error instanceof ChannelStopped) return
  log.error(`${channel.displayAddress}: ${name} failed`, { error })
  void channel.stop(new ChannelStopped("stopped", `${name} failed`, { cause: error }))
}
