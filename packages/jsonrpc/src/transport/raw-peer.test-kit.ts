import { expect } from "vitest"
import type { Frame } from "../framing/framing.ts"
import type { Transport } from "./transport.ts"

/** The other end of a transport, driven by hand: a test says what is sent, and looks at what came. */
export class RawPeer {
  readonly transport: Transport
  readonly received: unknown[] = []
  status: "open" | "ended" | "closed" = "open"

  constructor(transport: Transport) {
    this.transport = transport
    transport.readInto({
      messages: (frames) => {
        for (const frame of frames) this.received.push(parse(frame))
      },
      end: () => {
        this.status = "ended"
      },
      close: () => {
        this.status = "closed"
      },
    })
  }

  /** Sends messages, each in one flush; a text goes as it is. */
  send(...messages: unknown[]): void {
    for (const message of messages) {
      this.transport.send(typeof message === "string" ? message : JSON.stringify(message))
      this.transport.flush()
    }
  }

  /** What came since this was last called. */
  take(): unknown[] {
    return this.received.splice(0)
  }
}

function parse(frame: Frame): unknown {
  expect(typeof frame).toBe("string")
  return JSON.parse(frame as string)
}
