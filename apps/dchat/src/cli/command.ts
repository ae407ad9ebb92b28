import type { Command } from "commander"
import type { Shell } from "./shell.ts"

/** Adds one command to the program. */
export type AddCommand = (program: Command, shell: Shell) => void

/** A new command of the program, with the options that all of them have. */
export function newCommand(program: Command, usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .option("-v, --verbose", "tell more; given twice, even more", (_, before: number) => before + 1, 0)
}

/** How many times `-v` was given to the command that was chosen. */
export function verbosityOf(program: Command): number {
  return Math.max(0, ...program.commands.map((command) => command.opts<{ verbose?: number }>().verbose ?? 0))
}
