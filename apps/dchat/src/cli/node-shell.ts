import { homedir, constants as os } from "node:os"
import { createInterface } from "node:readline"
import { nodeRuntime } from "@dchat/runtime/node"
import { Publisher } from "@dchat/task"
import { Interrupted, type Shell } from "./shell.ts"

/** The signals that ask a command to stop. */
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** The shell of this process. To be made once. */
export function nodeShell(): Shell {
  const stop = new AbortController()
  const reloads = new Publisher<NodeJS.Signals>()
  // Then SIGHUP says that it is gone. On Windows it says so of the window of a console, and nothing else.
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.platform === "win32"
  if (hasTerminal) reloads.close()
  // Told of more than once: by the kernel, by the shell, and by output that is not taken any more.
  const loseTerminal = (): void => {
    if (process.platform !== "win32") process.once("exit", dieOfHangup)
    stop.abort(interruptedBy("SIGHUP"))
  }
  for (const name of STOP_SIGNALS) {
    process.on(name, () => {
      if (name === "SIGHUP" && hasTerminal) return loseTerminal()
      if (name === "SIGHUP" && reloads.size > 0) return reloads.publish(name)
      const interrupted = interruptedBy(name)
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
    if (error.code === "EPIPE") return stop.abort(interruptedBy("SIGPIPE"))
    if (error.code === "EIO" && process.stdout.isTTY) return loseTerminal()
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
    // While one waits, another asks for nothing more.
    reloads: () => reloads.subscribe({ capacity: 1, overflow: "drop-newest" }),
    announce: (value) => void process.send?.(value),
  }
}

function interruptedBy(signal: NodeJS.Signals): Interrupted {
  return new Interrupted(signal, 128 + os.signals[signal])
}

/** Node would put the terminal in order at its end, and abort with a stack trace because it is gone. */
function dieOfHangup(): void {
  process.removeAllListeners("SIGHUP")
  process.kill(process.pid, "SIGHUP")
}
