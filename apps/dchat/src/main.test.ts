import { spawn } from "node:child_process"
import { closeSync, existsSync, openSync } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { request } from "node:http"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"
import { once } from "node:events"
import { join } from "node:path"
import { Readable } from "node:stream"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { nodeClock } from "@dchat/runtime/node"
import { beforeAll, expect, test } from "vitest"
import { messageOf } from "./cli/failure.ts"
import packets from "./fixtures/packets.json" with { type: "json" }
import { build, type DchatProcess, Household } from "./testing/processes.test-kit.ts"

/** The program as people run it: processes, signals, real sockets. Generous, for a computer that does much else. */
const PATIENT = { timeout: 60_000 }

beforeAll(build, 60_000)

const NODE = `
[rpc]
rpc_listen = "tcp://127.0.0.1:0"
[net]
localnet = true
outbound_connections = 5
magic_bytes = ${JSON.stringify(packets.magic)}
active_profiles = ["tcp"]
[net.profiles."tcp"]
inbound = ["tcp://127.0.0.1:0"]
`

/** Ends a process with a signal; gives its exit code and how long it took, in milliseconds. */
async function stop(dchat: DchatProcess, signal: NodeJS.Signals) {
  const start = nodeClock.monotonic()
  dchat.signal(signal)
  const code = await dchat.exitCode()
  return { code, ms: nodeClock.monotonic() - start }
}

function portOf(url: string): number {
  return Number(/:(\d+)\/?$/.exec(url)?.[1])
}

async function openPort(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  return { server, port: (server.address() as AddressInfo).port }
}

/** Whether a process runs. */
function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0)
  } catch {
    return false
  }
}

function processesOf(demo: DchatProcess): number[] {
  return [...demo.out.matchAll(/is process (\d+)/g)].map(([, id]) => Number(id))
}

test(
  "the demo without a terminal says three things, shows what arrived, and leaves nothing behind",
  PATIENT,
  async () => {
    await using household = await Household.make()
    const demo = household.run("demo")
    expect(await demo.exitCode()).toBe(0)
    expect(demo.err).toBe("")
    const arrivals = [
      ...demo.out.matchAll(/^(\w+) +sends +(.*)\n(\w+) +received +(.*?) {2}\((\w+) connection, tcp:.* ms\)$/gm),
    ]
    expect(arrivals.map(([, from, said, to, heard, session]) => [from, to, said === heard, session])).toEqual([
      ["alice", "bob", true, "outbound"],
      ["bob", "alice", true, "inbound"],
      ["alice", "bob", true, "outbound"],
    ])
    expect(demo.out).toMatch(/^alice +has received ".*"\nbob +has received ".*", ".*"\n$/m)
    expect(processesOf(demo)).toHaveLength(3)
    expect(processesOf(demo).filter(isAlive)).toEqual([])
    expect(await readdir(household.home)).toEqual([])
  },
)

test("the demo that is stopped half way leaves nothing behind either", PATIENT, async () => {
  await using household = await Household.make()
  const demo = household.run("demo")
  await demo.untilSaid("alice  is process")
  expect((await stop(demo, "SIGTERM")).code).toBe(143)
  expect(demo.err).toBe("")
  expect(processesOf(demo).filter(isAlive)).toEqual([])
  expect(await readdir(household.home)).toEqual([])
})

test("the first run writes a configuration, says where, and goes on with it", PATIENT, async () => {
  await using household = await Household.make()
  const anyPort = "tcp://127.0.0.1:0"
  const daemon = household.run("daemon", "--rpc-listen", anyPort, "--accept", anyPort, "--log", "~/dchat.log")
  await daemon.listening()
  const path = join(household.home, ".config/dchat/dchatd_config.toml")
  expect(daemon.out).toContain(`Wrote a configuration file to begin with: ${path}\n`)
  expect(await readFile(path, "utf8")).toContain("[net]")
  expect((await stop(daemon, "SIGTERM")).code).toBe(0)
  expect(await readFile(join(household.home, "dchat.log"), "utf8")).toBe(daemon.out)
})

test("a log that cannot be written fails on one line", PATIENT, async () => {
  await using household = await Household.make()
  const daemon = household.run("daemon", "--config", await household.config(NODE), "--log", "/nowhere/dchat.log")
  expect(await daemon.exitCode()).toBe(1)
  expect(daemon.err).toMatch(/^dchat: \/nowhere\/dchat\.log: cannot be opened for the log: ENOENT[^\n]*\n$/)
})

test(
  "a host list in a file whose name cannot be kept fails on one line that says what would be right",
  PATIENT,
  async () => {
    await using household = await Household.make()
    const path = join(household.home, "my folder", "my hosts.tsv")
    const daemon = household.run("daemon", "--config", await household.config(NODE), "--hostlist", path)
    expect(await daemon.exitCode()).toBe(1)
    expect(daemon.err).toBe(
      `dchat: hostlist is "${path}": its hosts cannot be kept in a file of that name; name it with letters of the English alphabet, digits, ".", "_" and "-"\n`,
    )
  },
)

test("two daemons whose configuration says tcp+tls chat over TLS", PATIENT, async () => {
  await using household = await Household.make()
  const config = await household.config(
    NODE.replaceAll('"tcp', '"tcp+tls').replace('rpc_listen = "tcp+tls', 'rpc_listen = "tcp'),
  )
  const alice = household.run("daemon", "--config", config)
  const { rpc, inbound } = await alice.listening()
  expect(inbound).toEqual([expect.stringMatching(/^tcp\+tls:/)])
  const bob = household.run("daemon", "--config", config, "--peers", ...inbound)
  await bob.untilSaid("Connected to tcp+tls://")
  const follower = household.run("recv", "--follow", "--rpc", rpc)
  household.run("send", "behind a curtain", "--rpc", (await bob.listening()).rpc)
  await follower.untilSaid("behind a curtain")
  for (const daemon of [alice, bob]) expect((await stop(daemon, "SIGTERM")).code).toBe(0)
})

test.each(["SIGINT", "SIGTERM"] as const)("%s stops a daemon that is busy within 2 s", PATIENT, async (signal) => {
  await using household = await Household.make()
  const config = await household.config(NODE)
  const alice = household.run("daemon", "--config", config)
  const { rpc, inbound } = await alice.listening()
  const bob = household.run("daemon", "--config", config, "--peers", ...inbound, "tcp://127.0.0.1:1")
  const follower = household.run("recv", "--follow", "--rpc", rpc)
  await bob.listening()
  await bob.untilSaid("Connected to")
  household.run("send", "hi", "--rpc", (await bob.listening()).rpc)
  await follower.untilSaid("hi")
  // Who has left may still have a question open: it must not be waited for.
  const deserter = household.run("recv", "--follow", "--rpc", rpc)
  await deserter.untilSaid("hi")
  expect((await stop(deserter, "SIGINT")).code).toBe(130)

  const { code, ms } = await stop(alice, signal)
  expect(code).toBe(0)
  expect(ms).toBeLessThan(2000)
  expect(alice.err).toBe("")
  expect(alice.out).toMatch(/INFO {2}Stopping JSON-RPC server\n/)
  expect(await follower.exitCode()).toBe(1)
})

test("JSON-RPC goes over a unix socket too", PATIENT, async () => {
  await using household = await Household.make()
  const url = `unix://${join(household.home, "dchat.sock")}`
  const daemon = household.run("daemon", "--config", await household.config(NODE), "--rpc-listen", url)
  expect(await daemon.listening()).toMatchObject({ rpc: url })
  const ping = household.run("ping", "--rpc", url)
  expect(await ping.exitCode()).toBe(0)
  expect(ping.out).toMatch(/^pong from unix:/)
})

test("a second signal ends a daemon at once", PATIENT, async () => {
  await using household = await Household.make()
  const daemon = household.run("daemon", "--config", await household.config(NODE))
  const { rpc } = await daemon.listening()
  // Who does not hang up keeps the daemon from stopping for a while.
  const lazy = connect({ port: portOf(rpc), host: "127.0.0.1", allowHalfOpen: true })
  await once(lazy, "connect")
  lazy.write(`{"jsonrpc":"2.0","id":1,"method":"ping"}\n`)
  await once(lazy, "data")
  daemon.signal("SIGTERM")
  await daemon.untilSaid("Stopping JSON-RPC server")
  expect((await stop(daemon, "SIGTERM")).code).toBe(143)
  lazy.destroy()
})

test("a daemon stops when the program that started it over IPC is gone", PATIENT, async () => {
  await using household = await Household.make()
  const daemon = household.run("daemon", "--config", await household.config(NODE))
  await daemon.listening()
  daemon.disconnect()
  expect(await daemon.exitCode()).toBe(0)
})

test.each([
  ["--rpc-listen", "JSON-RPC"],
  ["--accept", "peers"],
])("a port that is taken, given by %s, fails on one line", PATIENT, async (flag, forWhom) => {
  await using household = await Household.make()
  const { server, port } = await openPort()
  const args = ["daemon", "--config", await household.config(NODE), flag, `tcp://127.0.0.1:${port}`]
  const daemon = household.run(...args)
  expect(await daemon.exitCode()).toBe(1)
  expect(daemon.err).toBe(
    `dchat: ${forWhom}: cannot listen on 127.0.0.1:${port}: the port is in use; stop the other program or choose another port\n`,
  )
  const verbose = household.run(...args, "-v")
  expect(await verbose.exitCode()).toBe(1)
  expect(verbose.err).toMatch(/^dchat: Failure: [^]*\n +at [^]*\ncaused by /)
  server.close()
})

test("what makes no sense is told on one line, with exit code 2", PATIENT, async () => {
  await using household = await Household.make()
  const dchat = household.run("daemon", "--outbound-slots", "many")
  expect(await dchat.exitCode()).toBe(2)
  expect([dchat.out, dchat.err]).toEqual([
    "",
    "dchat: option '--outbound-slots <n>' argument 'many' is invalid. It must be a whole number from 0 to 65535; see \"dchat daemon --help\"\n",
  ])
})

test("a web page cannot drive a daemon: what an HTTP client posts is not read", PATIENT, async () => {
  await using household = await Household.make()
  const config = await household.config(NODE)
  const listener = household.run("daemon", "--config", config)
  const { inbound, rpc: listenerRpc } = await listener.listening()
  const target = household.run("daemon", "--config", config, "--peers", ...inbound)
  const { rpc } = await target.listening()
  await target.untilSaid("Connected to")

  for (const path of ["/", "/a:b"]) {
    const post = request({ port: portOf(rpc), method: "POST", path, headers: { "content-type": "text/plain" } })
    const answer = once(post, "response").then(() => "an answer", messageOf)
    post.end(`{"jsonrpc":"2.0","id":1,"method":"send","params":["posted to ${path}"]}\n`)
    expect(await answer).toMatch(/hang up|ECONNRESET/)
  }
  const send = household.run("send", "said", "--rpc", rpc)
  expect(await send.exitCode()).toBe(0)
  const follower = household.run("recv", "--follow", "--json", "--rpc", listenerRpc)
  await follower.untilSaid("said")
  expect(follower.out).not.toContain("posted")
})

test.runIf(existsSync("/dev/full"))("output that cannot be written is a failure", PATIENT, async () => {
  const disk = openSync("/dev/full", "w")
  try {
    const program = fileURLToPath(new URL("../bin/dchat.js", import.meta.url))
    const child = spawn(process.execPath, [program, "--help"], { stdio: ["ignore", disk, "pipe"] })
    const said = text(Readable.from(child.stderr ?? []))
    expect(await once(child, "exit")).toEqual([1, null])
    expect(await said).toMatch(/^dchat: the output cannot be written: ENOSPC[^\n]*\n$/)
  } finally {
    closeSync(disk)
  }
})

test("what a daemon says to a peer is what the specification says, byte for byte", PATIENT, async () => {
  await using household = await Household.make()
  const { server, port } = await openPort()
  const accepted = once(server, "connection") as Promise<[Socket]>
  const advertised = "32448"
  const daemon = household.run(
    ...["daemon", "--config", await household.config(NODE)],
    ...["--peers", `tcp://127.0.0.1:${port}`, "--external-addrs", `tcp://127.0.0.1:${advertised}`],
  )
  const { rpc } = await daemon.listening()
  const [peer] = await accepted
  const read = reader(peer)

  const version = await read(127)
  const { hex, dialled, timestampOffset } = packets.version
  const expected = Buffer.from(Buffer.from(hex, "hex").toString("latin1").replaceAll(dialled, String(port)), "latin1")
  const age = BigInt(Math.floor(nodeClock.now() / 1000)) - version.readBigUInt64LE(timestampOffset)
  expect(age >= 0n && age < 60n).toBe(true)
  expect(mask(version, timestampOffset, 8)).toBe(mask(expected, timestampOffset, 8))

  peer.write(Buffer.concat([version, Buffer.from(packets.verack, "hex")]))
  expect((await read(45)).toString("hex")).toBe(packets.verack)

  // These two may come in any order.
  const greetings = await read(12 + 22)
  const ping = Buffer.from(packets.ping.hex, "hex")
  const at = greetings.indexOf(ping.subarray(0, packets.ping.nonceOffset))
  expect(mask(greetings.subarray(at, at + 12), packets.ping.nonceOffset, 2)).toBe(
    mask(ping, packets.ping.nonceOffset, 2),
  )
  expect(greetings.toString("hex")).toContain(packets.getaddr)

  household.run("send", "hello", "--rpc", rpc)
  expect((await read(20)).toString("hex")).toBe(packets.hello)
  peer.destroy()
  server.close()
})

/** Reads exactly so many bytes at a time. */
function reader(socket: Socket): (bytes: number) => Promise<Buffer> {
  let waiting = Buffer.alloc(0)
  socket.on("data", (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk])
  })
  return async (bytes) => {
    while (waiting.length < bytes) await once(socket, "data")
    const taken = waiting.subarray(0, bytes)
    waiting = waiting.subarray(bytes)
    return taken
  }
}

/** Bytes in hex, some of them zero. */
function mask(bytes: Buffer, offset: number, length: number): string {
  return Buffer.from(bytes)
    .fill(0, offset, offset + length)
    .toString("hex")
}
