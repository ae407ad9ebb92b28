// The program `dchat-rpc`, which bin/dchat-rpc.js starts.
import { processWorld, runCommand } from "./command.ts"

process.exitCode = runCommand(process.argv.slice(2), processWorld)
