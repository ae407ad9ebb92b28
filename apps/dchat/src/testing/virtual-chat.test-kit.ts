import { defaultSettings, type Settings } from "@dchat/net/settings"
import { logTo } from "@dchat/runtime"
import { MemoryLog, type VirtualHost, type VirtualWorld, virtualWorld, type WorldOptions } from "@dchat/runtime/virtual"
import { Publisher } from "@dchat/task"
import { parseSemVer } from "@dchat/wire"
import { run } from "../cli/run.ts"
import type { Shell } from "../cli/shell.ts"
import { COMMANDS } from "../commands/commands.ts"
import type { RpcSettings } from "../config/rpc.ts"
import { Daemon } from "../daemon/daemon.ts"

/** What a command has said, and how it has ended. */
export interface CommandResult {
  readonly exitCode: number
  readonly out: string
  readonly err: string
}

/** What a daemon is run with. */
export interface DaemonOptions {
  readonly net?: Partial<Settings>
  readonly rpc?: Partial<RpcSettings>
}

/** Daemons and people at their computers, on virtual time. Dispose of it: it stops everything and sees that nothing is left. */
export class VirtualChat implements AsyncDisposable {
  readonly world: VirtualWorld
  readonly log = new MemoryLog()
  readonly #stop = new AbortController()
  readonly #daemons: Daemon[] = []

  constructor(options?: WorldOptions) {
    this.world = virtualWorld(options)
  }

  /** A computer. */
  host(name: string): VirtualHost {
    return this.world.host({ name })
  }

  /** The settings of a node that takes peers on port 51554 of its computer. */
  #settings(host: VirtualHost, more: Partial<Settings> = {}): Settings {
    return {
      ...defaultSettings,
      appName: "dchatd",
      appVersion: parseSemVer("0.4.1"),
      localnet: true,
      inboundAddrs: [`tcp://${ipOf(host)}:51554/`],
      activeProfiles: ["tcp"],
      ...more,
    }
  }

  /** Makes a daemon that is to take JSON-RPC on port 51054 of its computer. */
  async newDaemon(host: VirtualHost, { net, rpc }: DaemonOptions = {}): Promise<Daemon> {
    const listen = `tcp://${ipOf(host)}:51054`
    const config = { net: this.#settings(host, net), rpc: { listen, disabledMethods: [], ...rpc } }
    const daemon = await Daemon.create(config, { ...host, log: logTo(this.log).child(host.name) })
    this.#daemons.push(daemon)
    return daemon
  }

  /** Makes a daemon and starts it. */
  async daemon(host: VirtualHost, options?: DaemonOptions): Promise<Daemon> {
    const daemon = await this.newDaemon(host, options)
    await this.world.runUntil(daemon.start({ signal: this.#stop.signal }))
    return daemon
  }

  /** Stops all daemons. */
  async stopAll(): Promise<void> {
    await this.world.runUntil(Promise.all(this.#daemons.map((daemon) => daemon.stop())))
  }

  /** A shell on a computer, and what its commands have said. */
  shell(
    host: VirtualHost,
    stopSignal: AbortSignal = this.#stop.signal,
  ): { readonly shell: Shell; out: string; err: string } {
    const said = {
      out: "",
      err: "",
      shell: {
        runtime: host,
        home: "/nobody",
        env: {},
        out: (text: string) => void (said.out += text),
        err: (text: string) => void (said.err += text),
        isInteractive: false,
        lines: () => {
          throw new Error("nobody types here")
        },
        stopSignal,
        reloads: () => new Publisher<never>().subscribe(),
        announce: () => {},
      } satisfies Shell,
    }
    return said
  }

  /** Runs a command on a computer to its end. */
  async command(host: VirtualHost, ...args: string[]): Promise<CommandResult> {
    const said = this.shell(host)
    const exitCode = await this.world.runUntil(run(args, COMMANDS, said.shell))
    return { exitCode, out: said.out, err: said.err }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopAll()
    await this.world.advance(10_000)
    if (this.world.pendingEvents > 0) throw new Error(`${this.world.pendingEvents} events are left after the stop`)
  }
}

/** The address of a computer. */
export function ipOf(host: VirtualHost): string {
  return host.ips[0] ?? ""
}
