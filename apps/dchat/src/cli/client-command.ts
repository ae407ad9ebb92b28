import type { Command } from "commander"
import { DEFAULT_RPC_URL } from "../config/rpc.ts"
import { newCommand } from "./command.ts"
import { rpcOption } from "./options.ts"

/** What every command that talks to a daemon is told. */
export interface ClientOptions {
  /** The daemon's address. */
  readonly rpc: string
  /** Whether a program reads the output. */
  readonly json?: boolean
}

/** A new command that talks to a daemon. */
export function newClientCommand(program: Command, usage: string, description: string): Command {
  return newCommand(program, usage, description)
    .addOption(rpcOption("--rpc <url>", "where the daemon takes JSON-RPC").default(DEFAULT_RPC_URL))
    .option("--json", "print JSON, for programs")
}
