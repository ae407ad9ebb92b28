import { escapeControls, timeOfDay } from "@dchat/runtime"
import { type ClientOptions, newClientCommand } from "../cli/client-command.ts"
import type { AddCommand } from "../cli/command.ts"
import type { Shell } from "../cli/shell.ts"
import { follow } from "../client/follow.ts"
import { withDaemon } from "../client/with-daemon.ts"
import type { ReceivedMessage } from "../daemon/inbox.ts"

/** `dchat recv [--follow]`. */
export const addRecvCommand: AddCommand = (program, shell) => {
  newClientCommand(program, "recv", "show what a daemon has received since it started")
    .option("-f, --follow", "go on showing what comes in, with when and from whom, until Ctrl-C")
    .action(async ({ rpc, json = false, follow }: ClientOptions & { readonly follow?: boolean }) => {
      if (follow) await showAndFollow(rpc, json, shell)
      else await show(rpc, json, shell)
    })
}

async function show(rpc: string, json: boolean, shell: Shell): Promise<void> {
  const texts = await withDaemon(rpc, shell, (daemon) => daemon.recv())
  if (json) return shell.out(`${JSON.stringify(texts)}\n`)
  // A daemon's list begins with an empty message that nobody has sent.
  const said = texts[0] === "" ? texts.slice(1) : texts
  shell.out(said.length === 0 ? "nothing received yet\n" : said.map((text) => `${escapeControls(text)}\n`).join(""))
}

async function showAndFollow(rpc: string, json: boolean, shell: Shell): Promise<void> {
  await withDaemon(rpc, shell, async (daemon) => {
    for await (const message of follow(daemon, 0)) {
      shell.out(json ? `${JSON.stringify(message)}\n` : describe(message))
    }
  })
}

function describe({ time, text, peer, session }: ReceivedMessage): string {
  return `${timeOfDay(time)} ${escapeControls(peer)} (${escapeControls(session)}): ${escapeControls(text)}\n`
}
