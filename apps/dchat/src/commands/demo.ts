import { type AddCommand, newCommand } from "../cli/command.ts"
import { runDemo } from "../demo/demo.ts"

/** `dchat demo`. */
export const addDemoCommand: AddCommand = (program, shell) => {
  newCommand(program, "demo", "run a seed, alice and bob on this computer and let them chat").action(
    async ({ verbose }: { readonly verbose: number }) => {
      try {
        await runDemo(shell, verbose)
      } catch (error) {
        // Whoever sits at a terminal ends the demo with Ctrl-C: it has done what it was to do.
        if (!(shell.isInteractive && shell.stopSignal.aborted)) throw error
      }
    },
  )
}
