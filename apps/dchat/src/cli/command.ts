import type { Command } from "commander"
import type { Shell } from "./shell.ts"

/** Adds one command to the program. */
export type AddCommand = (program: Command, shell: Shell) => void

/** A new command of the program, with the options that all of them have. */
export function newCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .configureOutput({ outputError: usageErrors(`dchat ${name} --help`) })
    .option("-v, --verbose", "tell more; given twice, even more", (_, before: number) => before + 1, 0)
}

/** Shows errors of usage on one line, with where to look. */
export function usageErrors(help: string): (text: string, write: (text: string) => void) => void {
  return (text, write) => {
    const line = text
      .replace(/^error: /, "")
      .trim()
      .replaceAll("\n", " ")
      .replace(/\.$/, "")
    write(`dchat: ${line}; see "${help}"\n`)
  }
}

/** How many times `-v` was given to the command that was chosen. */
export function verbosityOf(program: Command): number {
  return Math.max(0, ...program.commands.map((command) => command.opts<{ verbose?: number }>().verbose ?? 0))
}
