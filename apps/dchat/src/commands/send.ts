import { type ClientOptions, newClientCommand } from "../cli/client-command.ts"
import type { AddCommand } from "../cli/command.ts"
import { Failure } from "../cli/failure.ts"
import { withDaemon } from "../client/with-daemon.ts"
import { NotTaken } from "../daemon/contract.ts"
import { isTooLong, MAX_TEXT_BYTES } from "../daemon/dchat-msg.ts"

/** `dchat send TEXT`. */
export const addSendCommand: AddCommand = (program, shell) => {
  newClientCommand(program, "send", "send a message to everyone that a daemon is connected to")
    .argument("<text...>", "what to say; several words are joined by spaces")
    .action(async (words: string[], { rpc, json }: ClientOptions) => {
      const text = words.join(" ")
      if (isTooLong(text)) throw new Failure(`the text is longer than ${MAX_TEXT_BYTES} bytes; send it in parts`)
      const sent = await withDaemon(rpc, shell, async (daemon) => {
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

function notTaken(error: InstanceType<typeof NotTaken>): Failure {
  const { nodes, sent } = error.data
  return new Failure(`${error.message}: ${sent} of ${nodes} have; send it again in a while`, { cause: error })
}
