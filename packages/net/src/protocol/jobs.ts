import type { Log, Runtime } from "@dchat/runtime"
import { TaskGroup, whenCancelled, type Cancellation } from "@dchat/task"
import type { Channel } from "../channel/channel.ts"
import { ChannelStopped } from "../channel/stopped.ts"
import type { Protocol } from "./protocol.ts"

/** Jobs that go on for so long after they were cancelled, in milliseconds, are worth a word. */
const PATIENCE_MS = 5000

/**
 * Starts a protocol on a channel that is running. Its jobs are cancelled when the channel stops, and the channel has
 * stopped only when they have ended. A job that fails stops the channel. A start that has not ended by then is left to itself.
 */
export async function startProtocol(
  protocol: Protocol,
  channel: Channel,
  runtime: Pick<Runtime, "clock" | "log" | "tasks">,
): Promise<void> {
  const supervise = (error: unknown): void => fail(protocol, channel, runtime.log, error)
  const jobs = new TaskGroup({ supervise, observer: runtime.tasks })
  channel.onStop(async () => {
    jobs.cancel(await channel.stopped)
    const timer = runtime.clock.setTimer(PATIENCE_MS, () => sayLate(protocol, channel, runtime.log))
    await jobs.join().finally(() => timer.cancel())
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

/** Else whoever waits for a stop would not know for what. */
function sayLate({ name }: Protocol, channel: Channel, log: Log): void {
  const what = `a job of ${name} goes on ${PATIENCE_MS / 1000} s after it was cancelled, and holds up the stop of the channel`
  log.warn(`${channel.displayAddress}: ${what}; it has to heed the signal that it got`)
}

function fail({ name }: Protocol, channel: Channel, log: Log, error: unknown): void {
  if (error instanceof ChannelStopped) return
  log.error(`${channel.displayAddress}: ${name} failed`, { error })
  void channel.stop(new ChannelStopped("stopped", `${name} failed`, { cause: error }))
}
