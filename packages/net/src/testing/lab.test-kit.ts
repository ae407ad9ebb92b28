import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import type { Runtime } from "@dchat/runtime"
import { nodeRuntime } from "@dchat/runtime/node"
import { virtualWorld } from "@dchat/runtime/virtual"

/** Two computers that reach each other: twice this one, or two of a virtual world. */
export interface Lab extends Disposable {
  readonly here: Runtime
  readonly there: Runtime
  /** Where `there` is found. */
  readonly host: string
  /** A folder for unix sockets. */
  readonly folder: string
  /** Lets time pass until the scenario has ended. */
  run(scenario: () => Promise<void>): Promise<void>
}

/** Every implementation of the world, by name. */
export const LABS: readonly (readonly [name: string, make: () => Lab])[] = [
  ["real sockets", nodeLab],
  ["the virtual world", virtualLab],
]

function nodeLab(): Lab {
  const runtime = nodeRuntime()
  const folder = mkdtempSync(path.join(tmpdir(), "net-"))
  return {
    here: runtime,
    there: runtime,
    host: "127.0.0.1",
    folder,
    run: (scenario) => scenario(),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

function virtualLab(): Lab {
  const world = virtualWorld({ seed: "transports" })
  const here = world.host({ name: "here", ip: "10.0.0.1" })
  const there = world.host({ name: "there", ip: "10.0.0.2" })
  return {
    here,
    there,
    host: "10.0.0.2",
    folder: "/run",
    async run(scenario) {
      await world.runUntil(scenario())
      await world.advance(1000)
      if (world.pendingEvents > 0) throw new Error(`${world.pendingEvents} events are left`)
    },
    [Symbol.dispose]: () => {},
  }
}
