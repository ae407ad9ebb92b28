import { type ClientOptions, newClientCommand } from "../cli/client-command.ts"
import type { AddCommand } from "../cli/command.ts"
import { withDaemon } from "../client/with-daemon.ts"

/** `dchat ping`. */
export const addPingCommand: AddCommand = (program, shell) => {
  newClientCommand(program, "ping", "ask a daemon whether it is there").action(async ({ rpc, json }: ClientOptions) => {
    const { clock } = shell.runtime
    const { answer, ms } = await withDaemon(rpc, shell, async (daemon) => {
      const start = clock.monotonic()
      const answer = await daemon.ping()
      return { answer, ms: Number((clock.monotonic() - start).toFixed(1)) }
    })
    shell.out(json ? `${JSON.stringify({ answer, ms })}\n` : `${answer} from ${rpc} in ${ms} ms\n`)
  })
}
