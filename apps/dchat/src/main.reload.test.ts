import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { beforeAll, expect, test } from "vitest"
import { build, Household } from "./testing/processes.test-kit.ts"

/** SIGHUP as daemons of people get it: processes and signals. Generous, for a computer that does much else. */
const PATIENT = { timeout: 60_000 }

beforeAll(build, 60_000)

function configuration(net = ""): string {
  return `
[rpc]
rpc_listen = "tcp://127.0.0.1:0"
[net]
localnet = true
active_profiles = ["tcp"]
${net}
[net.profiles."tcp"]
inbound = ["tcp://127.0.0.1:0"]
`
}

test.skipIf(process.platform === "win32")(
  "at SIGHUP a daemon goes by its file as it is now, flags win still, and a file that is wrong changes nothing",
  PATIENT,
  async () => {
    await using household = await Household.make()
    const path = await household.config(configuration())
    const alice = household.run("daemon", "--config", path)
    const [address = ""] = (await alice.listening()).inbound
    const bob = household.run("daemon", "--config", path, "--outbound-slots", "0")
    const { rpc } = await bob.listening()

    await household.config(configuration(`outbound_connections = -1`))
    bob.signal("SIGHUP")
    await bob.untilSaid(
      `ERROR ${path}: outbound_connections in [net] is -1, but must be a whole number from 0 to 65535; nothing has changed`,
    )
    await household.config(configuration(`outbound_connections = 3\ninbound_connections = 3\npeers = ["${address}"]`))
    bob.signal("SIGHUP")
    await bob.untilSaid(`INFO  Read ${path} again: changed peers\n`)
    await bob.untilSaid(`WARN  ${path}: inbound_connections: only a restart changes that\n`)
    await bob.untilSaid(`Connected to ${address} (manual)`)
    const send = household.run("send", "still here", "--rpc", rpc)
    expect(await send.exitCode()).toBe(0)
    bob.signal("SIGTERM")
    expect(await bob.exitCode()).toBe(0)
  },
)

/** Runs a command in a terminal of its own. */
const SCRIPT = "/usr/bin/script"

test.runIf(process.platform === "linux" && existsSync(SCRIPT))(
  "a daemon whose terminal is gone stops in good order",
  PATIENT,
  async () => {
    await using household = await Household.make()
    const log = join(household.home, "dchat.log")
    const program = fileURLToPath(new URL("../bin/dchat.js", import.meta.url))
    const daemon = `'${process.execPath}' '${program}' daemon --config '${await household.config(configuration())}'`
    // Not the shell but the daemon is what the terminal belongs to. Its end is that of the pipe.
    const terminal = spawn(SCRIPT, ["--quiet", "--command", `exec ${daemon} --log '${log}' 2>&3`, "/dev/null"], {
      stdio: ["ignore", "pipe", "inherit", "pipe"],
    })
    const [, screen, , errors] = terminal.stdio as unknown as [null, Readable, null, Readable]
    const complaints = text(errors)
    for await (const said of screen.setEncoding("utf8")) if (String(said).includes("Started;")) break
    terminal.kill("SIGKILL")
    expect(await complaints).toBe("")
    expect(await readFile(log, "utf8")).toMatch(/INFO {2}Stopping JSON-RPC server\n[^]*net: Stopped\n$/)
  },
)
