import type { AddCommand } from "../cli/command.ts"
import { addDaemonCommand } from "./daemon.ts"
import { addDemoCommand } from "./demo.ts"
import { addInfoCommand } from "./info.ts"
import { addPingCommand } from "./ping.ts"
import { addRecvCommand } from "./recv.ts"
import { addSendCommand } from "./send.ts"
import { addSimCommand } from "./sim.ts"

/** All commands, in the order of the help. */
export const COMMANDS: readonly AddCommand[] = [
  addDaemonCommand,
  addSendCommand,
  addRecvCommand,
  addPingCommand,
  addInfoCommand,
  addDemoCommand,
  addSimCommand,
]
