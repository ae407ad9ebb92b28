import type { Clock } from "@dchat/runtime"
import type { RpcError } from "../message/rpc-error.ts"
import { errorText } from "../message/serialise.ts"
import type { Transport } from "../transport/transport.ts"

/** How long somebody who was turned away has to read why, in milliseconds. */
const LINGER_MS = 500

/** Tells somebody who may not come in why, with the id 0 (darkfi-rpc 2.3), and closes. Returns when it is closed. */
export async function turnAway(transport: Transport, error: RpcError, clock: Pick<Clock, "setTimer">): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    transport.readInto({ messages: () => {}, end: () => {}, close: () => resolve() })
  })
  transport.send(errorText(0, error.toObject()))
  transport.end()
  const patience = clock.setTimer(LINGER_MS, () => void transport.close())
  await gone
  patience.cancel()
}
