import { nodeShell } from "./cli/node-shell.ts"
import { run } from "./cli/run.ts"
import { COMMANDS } from "./commands/commands.ts"

process.exitCode = await run(process.argv.slice(2), COMMANDS, nodeShell())
