import { spawn } from "node:child_process"
import { createInterface } from "node:readline"

/** Starts a program; gives the lines that it prints, one after the other, and how it ended. */
export function program(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], ...options })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise((resolve) => child.once("exit", resolve))
  return {
    ended,
    line: async () => (await lines.next()).value,
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await ended
    },
  }
}
