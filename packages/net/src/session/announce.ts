import type { Channel } from "../channel/channel.ts"
import { VISIT_MS } from "../channel/reserve.ts"
import type { SessionContext } from "./context.ts"

/** Has the log say that a channel has come, and when it stops that it has gone. Probes and visits are for debugging alone. */
export function announce(channel: Channel, { channels, runtime }: SessionContext): void {
  const { clock, log } = runtime
  const { displayAddress, session } = channel
  const isPeer = session !== "seed" && session !== "refine"
  let level: "info" | "debug" = isPeer && session !== "inbound" ? "info" : "debug"
  const sayConnected = (): void => log[level](`Connected to ${displayAddress} (${session})`)
  if (session === "inbound") {
    const timer = clock.setTimer(VISIT_MS, () => {
      level = "info"
      sayConnected()
    })
    channel.onStop(() => timer.cancel())
  } else {
    sayConnected()
  }
  channel.onStop(async () => {
    log[level](`Disconnected from ${displayAddress} (${session}): ${(await channel.stopped).message}`)
    if (level === "info" && channels.peers().length === 0) log.info("Node is not connected to other nodes.")
  })
}
