import type { NetworkError } from "@dchat/runtime"
import { NetError } from "../errors.ts"
import { describeFault, type PeerFault } from "./fault.ts"

/** Who ended a channel: we did, the peer closed it, the connection broke, or the peer made a mistake. */
export type ChannelStoppedCode = "stopped" | "closed-by-peer" | "broken" | "peer-fault"

/** A channel has stopped, and with it everything that waited on it. */
export class ChannelStopped extends NetError {
  override readonly name = "ChannelStopped"
  readonly code: ChannelStoppedCode
  /** What the peer did wrong, if that was the reason. */
  readonly fault: PeerFault | undefined

  constructor(code: ChannelStoppedCode, message: string, options?: ErrorOptions & { fault?: PeerFault }) {
    super(message, options)
    this.code = code
    this.fault = options?.fault
  }

  /** The error of a channel whose peer made a mistake. */
  static byFault(fault: PeerFault): ChannelStopped {
    return new ChannelStopped("peer-fault", describeFault(fault), { fault })
  }
  /** The error of a channel whose connection is gone: closed, or broken by an error. */
  static byLoss(error: NetworkError | undefined): ChannelStopped {
    if (error === undefined) return new ChannelStopped("closed-by-peer", "the connection was closed")
    return new ChannelStopped("broken", `the connection broke: ${error.message}`, { cause: error })
  }
}
