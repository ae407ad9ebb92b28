import { MethodNotFoundError } from "@dchat/jsonrpc"
import { type ClientOptions, newClientCommand } from "../cli/client-command.ts"
import type { AddCommand } from "../cli/command.ts"
import { Failure } from "../cli/failure.ts"
import type { Shell } from "../cli/shell.ts"
import { withDaemon } from "../client/with-daemon.ts"
import { type DaemonClient, NotTaken } from "../daemon/contract.ts"
import { isTooLong, MAX_TEXT_BYTES } from "../daemon/dchat-msg.ts"

/** Stands for the standard input. */
const FROM_INPUT = "-"

/** `dchat send TEXT`. */
export const addSendCommand: AddCommand = (program, shell) => {
  newClientCommand(program, "send", "send a message to everyone that a daemon is connected to")
    .argument("<text...>", `what to say; several words are joined by spaces; ${FROM_INPUT} reads the standard input`)
    .action(async (words: string[], { rpc, json }: ClientOptions) => {
      const text = words.length === 1 && words[0] === FROM_INPUT ? await readText(shell) : words.join(" ")
      if (isTooLong(text)) throw new Failure(`the text is longer than ${MAX_TEXT_BYTES} bytes; send it in parts`)
      const sent = await withDaemon(rpc, shell, async (daemon) => {
        if (await isAlone(daemon)) {
          throw new Failure(`not sent: the daemon at ${rpc} is not connected to anyone; see "dchat info --rpc ${rpc}"`)
        }
        try {
          return await daemon.send(text)
        } catch (error) {
          if (error instanceof NotTaken) throw notTaken(error)
          throw error
        }
      })
      shell.out(json ? `${sent}\n` : "sent\n")
    })
}

/** All that the standard input has, or a little more than a message may have. */
async function readText({ lines }: Pick<Shell, "lines">): Promise<string> {
  let text: string | undefined
  for await (const line of lines()) {
    text = text === undefined ? line : `${text}\n${line}`
    if (text.length > MAX_TEXT_BYTES) break
  }
  return text ?? ""
}

/** Whether nobody would hear what the daemon sends. It would answer `true` all the same, as the reference does. */
async function isAlone(daemon: DaemonClient): Promise<boolean> {
  try {
    const { channels } = await daemon.info()
    return channels.every(({ session }) => session === "seed" || session === "refine")
  } catch (error) {
    if (error instanceof MethodNotFoundError) return false
    throw error
  }
}

function notTaken(error: InstanceType<typeof NotTaken>): Failure {
  const { nodes, sent } = error.data
  return new Failure(`${error.message}: ${sent} of ${nodes} have; send it again in a while`, { cause: error })
}
