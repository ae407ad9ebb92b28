import { Command, CommanderError } from "commander"
import { type AddCommand, usageErrors, verbosityOf } from "./command.ts"
import { EXIT, present } from "./failure.ts"
import { Interrupted, type Shell } from "./shell.ts"
import { packageVersion } from "./version.ts"

/**
 * Runs `dchat` with the arguments of a command line. Whatever goes wrong is told on standard error, in one line unless
 * `-v` is given.
 *
 * @returns The exit code: 0, or 1 for a failure, or 2 for arguments that make no sense.
 */
export async function run(args: readonly string[], commands: readonly AddCommand[], shell: Shell): Promise<number> {
  const program = new Command("dchat")
    .description("A chat without servers.")
    .version(packageVersion(), "-V, --version", "show the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.out(text),
      writeErr: (text) => shell.err(text),
      outputError: usageErrors("dchat --help"),
    })
  for (const add of commands) add(program, shell)
  try {
    await program.parseAsync(args, { from: "user" })
    return EXIT.ok
  } catch (error) {
    // Commander has said what is wrong, or has shown its help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    if (error instanceof Interrupted) return error.exitCode
    shell.err(`dchat: ${present(error, verbosityOf(program) > 0)}\n`)
    return EXIT.failed
  }
}
