import { homedir, constants as os } from "node:os"
import { createInterface } from "node:readline"
import { nodeRuntime } from "@dchat/runtime/node"
import { Interrupted, type Shell } from "./shell.ts"

/** The signals that ask a command to stop. */
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** The shell of this process. To be made once. */
export function nodeShell(): Shell {
  const stop = new AbortController()
  for (const name of STOP_SIGNALS) {
    process.on(name, () => {
      const interrupted = new Interrupted(name, 128 + os.signals[name])
      if (stop.signal.aborted) process.exit(interrupted.exitCode)
      stop.abort(interrupted)
    })
  }
  // A program that started us and is gone cannot stop us any more.
  process.on("disconnect", () => stop.abort(new Interrupted("the end of who started it", 1)))
  process.channel?.unref()
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (stop.signal.aborted) return
    // Nobody reads what we say any more: `dchat recv --follow | head -1`.
    if (error.code === "EPIPE") return stop.abort(new Interrupted("SIGPIPE", 128 + os.signals.SIGPIPE))
    // A full disk. It may be told of when the command has ended already, and must not go for a success.
    process.stderr.write(`dchat: the output cannot be written: ${error.message}\n`)
    process.once("exit", () => (process.exitCode = 1))
    stop.abort(new Interrupted("an output that cannot be written", 1))
  })

  return {
    runtime: nodeRuntime(),
    home: homedir(),
    env: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isInteractive: process.stdin.isTTY && process.stdout.isTTY,
    lines: () => createInterface({ input: process.stdin, crlfDelay: Infinity, signal: stop.signal }),
    stopSignal: stop.signal,
    announce: (value) => void process.send?.(value),
  }
}
