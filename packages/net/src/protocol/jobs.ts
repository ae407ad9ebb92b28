import type { Log, Runtime } from "@dchat/runtime"
import { TaskGroup } from "@dchat/task"
import type { Channel } from "../channel/channel.ts"
import { ChannelStopped } from "../channel/stopped.ts"
import type { Protocol } from "./protocol.ts"

/**
 * Starts a protocol on a channel that is running. Its jobs are cancelled when the channel stops, and the channel has
 * stopped only when they have ended. A job that fails stops the channel.
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
  await protocol.start(jobs)
}

function fail({ name }: Protocol, channel: Channel, log: Log, error: unknown): void {
  if (error instanceof ChannelStopped) return
  log.error(`${channel.displayAddress}: ${name} failed`, { error })
  void channel.stop(new ChannelStopped("stopped", `${name} failed`, { cause: error }))
}
