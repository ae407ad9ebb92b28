import { escapeControls } from "@dchat/runtime"
import { type ClientOptions, newClientCommand } from "../cli/client-command.ts"
import type { AddCommand } from "../cli/command.ts"
import { withDaemon } from "../client/with-daemon.ts"
import type { DaemonClient } from "../daemon/contract.ts"

/** `dchat info`. */
export const addInfoCommand: AddCommand = (program, shell) => {
  newClientCommand(program, "info", "show whom a daemon is connected to").action(
    async ({ rpc, json }: ClientOptions) => {
      const info = await withDaemon(rpc, shell, (daemon) => daemon.info())
      shell.out(json ? `${JSON.stringify(info)}\n` : describe(info))
    },
  )
}

function describe({ channels, outbound_slots: slots }: Awaited<ReturnType<DaemonClient["info"]>>): string {
  const lines = channels.map(({ session, url, id }) => `${session.padEnd(8)}  ${escapeControls(url)}  (channel ${id})`)
  if (lines.length === 0) lines.push("not connected to anyone")
  if (slots.length > 0) lines.push(`outbound slots: ${slots.filter((id) => id !== 0).length} of ${slots.length} in use`)
  return `${lines.join("\n")}\n`
}
