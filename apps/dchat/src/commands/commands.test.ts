import { Readable } from "node:stream"
import { requestHandler, serve } from "@dchat/jsonrpc"
import type { VirtualHost } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { run } from "../cli/run.ts"
import { Interrupted } from "../cli/shell.ts"
import { ipOf, VirtualChat } from "../testing/virtual-chat.test-kit.ts"
import { COMMANDS } from "./commands.ts"

/** Two computers with a daemon each; bob's is connected to alice's. */
async function aliceAndBob(chat: VirtualChat) {
  const alice = chat.host("alice")
  const bob = chat.host("bob")
  await chat.daemon(alice)
  await chat.daemon(bob, { net: { peers: [`tcp://${ipOf(alice)}:51554/`] } })
  await chat.world.advance(100)
  return { alice, bob, atAlice: rpcOf(alice), atBob: rpcOf(bob) }
}

function rpcOf(host: VirtualHost): string[] {
  return ["--rpc", `tcp://${ipOf(host)}:51054`]
}

/** A server that is no dchat daemon, at the address of one. */
async function impostor(host: VirtualHost, answer: unknown) {
  return serve(
    requestHandler(() => answer),
    { listen: [`tcp://${ipOf(host)}:51054`], runtime: host },
  )
}

test("what one side sends the other receives", async () => {
  await using chat = new VirtualChat()
  const { alice, bob, atAlice, atBob } = await aliceAndBob(chat)
  expect(await chat.command(alice, "recv", ...atAlice)).toEqual({ exitCode: 0, out: "nothing received yet\n", err: "" })
  expect(await chat.command(alice, "send", "hello", "bob", ...atAlice)).toMatchObject({ exitCode: 0, out: "sent\n" })
  expect(await chat.command(bob, "send", "--json", "hello alice", ...atBob)).toMatchObject({ out: "true\n" })
  await chat.world.advance(10)
  expect(await chat.command(alice, "recv", ...atAlice)).toMatchObject({ out: "hello alice\n" })
  expect(await chat.command(bob, "recv", ...atBob, "--json")).toMatchObject({ out: '["","hello bob"]\n' })
})

test("texts cannot command the terminal, and each has its line", async () => {
  await using chat = new VirtualChat()
  const { alice, bob, atAlice, atBob } = await aliceAndBob(chat)
  await chat.command(alice, "send", ...atAlice, "two\nlines \u001b[2J")
  await chat.world.advance(10)
  expect(await chat.command(bob, "recv", ...atBob)).toMatchObject({ out: "two\\nlines \\u001b[2J\n" })
})

test("recv --follow shows what was received, then what comes in, until it is stopped", async () => {
  await using chat = new VirtualChat()
  const { alice, bob, atAlice, atBob } = await aliceAndBob(chat)
  await chat.command(alice, "send", "one", ...atAlice)
  const stop = new AbortController()
  const said = chat.shell(bob, stop.signal)
  const following = run(["recv", "--follow", ...atBob], COMMANDS, said.shell)
  await chat.world.advance(100)
  const line = (text: string) => `00:00:0\\d tcp://${ipOf(alice)}:51554/ \\(manual\\): ${text}\n`
  expect(said.out).toMatch(new RegExp(`^${line("one")}$`))
  // Longer than one call of it waits.
  await chat.world.advance(60_000)
  await chat.command(alice, "send", "two", ...atAlice)
  await chat.world.advance(100)
  expect(said.out).toMatch(/ \(manual\): one\n00:01:\d\d .* \(manual\): two\n$/)
  stop.abort(new Interrupted("SIGINT", 130))
  expect(await chat.world.runUntil(following)).toBe(130)
  expect(said.err).toBe("")
})

test("recv --follow --json gives a line of JSON for each message", async () => {
  await using chat = new VirtualChat()
  const { alice, bob, atAlice, atBob } = await aliceAndBob(chat)
  const stop = new AbortController()
  const said = chat.shell(alice, stop.signal)
  const following = run(["recv", "-f", "--json", ...atAlice], COMMANDS, said.shell)
  await chat.command(bob, "send", "hi", ...atBob)
  await chat.world.advance(100)
  expect(JSON.parse(said.out)).toMatchObject({ number: 1, text: "hi", session: "inbound" })
  stop.abort(new Interrupted("SIGINT", 130))
  await chat.world.runUntil(following)
})

test("ping says that the daemon is there, and how long the answer took", async () => {
  await using chat = new VirtualChat()
  const { alice, bob, atBob } = await aliceAndBob(chat)
  expect(await chat.command(alice, "ping", ...atBob)).toEqual({
    exitCode: 0,
    out: `pong from tcp://${ipOf(bob)}:51054 in 2 ms\n`,
    err: "",
  })
  expect(await chat.command(alice, "ping", "--json", ...atBob)).toMatchObject({ out: '{"answer":"pong","ms":2}\n' })
})

test("info shows whom the daemon is connected to", async () => {
  await using chat = new VirtualChat()
  const { alice, bob, atBob } = await aliceAndBob(chat)
  const { out } = await chat.command(bob, "info", ...atBob)
  expect(out).toMatch(new RegExp(`^manual    tcp://${ipOf(alice)}:51554/  \\(channel \\d+\\)\n`))
  const json = await chat.command(bob, "info", "--json", ...atBob)
  expect(JSON.parse(json.out)).toMatchObject({ channels: [{ session: "manual" }] })
  const loner = chat.host("loner")
  await chat.daemon(loner)
  expect(await chat.command(loner, "info", ...rpcOf(loner))).toMatchObject({
    out: expect.stringMatching(/^not connected to anyone\n/),
  })
})

test.each(["ping", "info", "recv", "send"])("%s fails on one line when there is no daemon", async (name) => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  const result = await chat.command(host, name, ...rpcOf(host), ...(name === "send" ? ["hi"] : []))
  expect(result).toEqual({
    exitCode: 1,
    out: "",
    err: `dchat: no daemon answers at tcp://${ipOf(host)}:51054; start one with "dchat daemon", or name its address with --rpc\n`,
  })
})

test("with -v a failure shows its stack and its causes", async () => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  const { err } = await chat.command(host, "ping", "-v", ...rpcOf(host))
  expect(err).toMatch(
    /^dchat: Failure: no daemon answers[^]*\n +at [^]*\ncaused by ConnectError: [^]*\ncaused by NetworkError: /,
  )
})

test("a method that is disabled is said to be", async () => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  await chat.daemon(host, { rpc: { disabledMethods: ["p2p.get_info"] } })
  const { exitCode, err } = await chat.command(host, "info", ...rpcOf(host))
  expect([exitCode, err]).toEqual([
    1,
    `dchat: the daemon at tcp://${ipOf(host)}:51054 does not offer this; it may be disabled there (rpc_disabled_methods)\n`,
  ])
})

test("a text that is too long is not sent", async () => {
  await using chat = new VirtualChat()
  const { alice, bob, atAlice, atBob } = await aliceAndBob(chat)
  const longest = "x".repeat(1024 * 1024)
  expect(await chat.command(alice, "send", `${longest}x`, ...atAlice)).toEqual({
    exitCode: 1,
    out: "",
    err: "dchat: the text is longer than 1048576 bytes; send it in parts\n",
  })
  expect(await chat.command(alice, "send", longest, ...atAlice)).toMatchObject({ exitCode: 0 })
  await chat.world.advance(1000)
  expect(await chat.command(bob, "recv", ...atBob)).toMatchObject({ out: `${longest}\n` })
})

test("what nobody would hear is not said to be sent", async () => {
  await using chat = new VirtualChat()
  const alice = chat.host("alice")
  await chat.daemon(alice)
  const url = `tcp://${ipOf(alice)}:51054`
  expect(await chat.command(alice, "send", "hello?", "--rpc", url)).toEqual({
    exitCode: 1,
    out: "",
    err: `dchat: not sent: the daemon at ${url} is not connected to anyone; see "dchat info --rpc ${url}"\n`,
  })
})

test("a daemon that does not tell whom it is connected to is believed", async () => {
  await using chat = new VirtualChat()
  const alice = chat.host("alice")
  await chat.daemon(alice, { rpc: { disabledMethods: ["p2p.get_info"] } })
  expect(await chat.command(alice, "send", "hello?", ...rpcOf(alice))).toMatchObject({ exitCode: 0, out: "sent\n" })
})

test("send - sends what comes in at the standard input, as one message", async () => {
  await using chat = new VirtualChat()
  const { alice, bob, atAlice, atBob } = await aliceAndBob(chat)
  const sendLines = (...lines: string[]) => {
    const said = chat.shell(alice)
    const shell = { ...said.shell, lines: () => Readable.from(lines) }
    return chat.world.runUntil(run(["send", "-", ...atAlice], COMMANDS, shell)).then((exitCode) => [exitCode, said.err])
  }
  expect(await sendLines("two", "lines")).toEqual([0, ""])
  expect(await sendLines()).toEqual([0, ""])
  const [exitCode, err] = await sendLines("x".repeat(600_000), "x".repeat(600_000), "not read")
  expect([exitCode, err]).toEqual([1, "dchat: the text is longer than 1048576 bytes; send it in parts\n"])
  await chat.world.advance(10)
  expect(await chat.command(bob, "recv", ...atBob, "--json")).toMatchObject({ out: '["","two\\nlines",""]\n' })
})

test("another program in the daemon's place is told from one", async () => {
  await using chat = new VirtualChat()
  const strange = chat.host("strange")
  const server = await chat.world.runUntil(impostor(strange, { not: "pong" }))
  expect(await chat.command(strange, "ping", ...rpcOf(strange))).toMatchObject({
    exitCode: 1,
    err: expect.stringMatching(/answered with something else than was asked for; is it a dchat daemon\?/),
  })
  await chat.world.runUntil(server.stop())
})

test("a daemon that does not answer is not waited for without end", async () => {
  await using chat = new VirtualChat()
  const dead = chat.host("dead")
  const server = await chat.world.runUntil(impostor(dead, new Promise(() => {})))
  const before = chat.world.now
  const { exitCode, err } = await chat.command(dead, "ping", ...rpcOf(dead))
  expect([exitCode, err]).toEqual([1, expect.stringMatching(/has not answered within 10 s/)])
  expect(chat.world.now - before).toBeLessThan(12_000)
  await chat.world.runUntil(server.stop({ drainMs: 0 }))
})

test("a daemon that stops ends who follows it, with a word", async () => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  const daemon = await chat.daemon(host)
  const said = chat.shell(host)
  const following = run(["recv", "-f", ...rpcOf(host)], COMMANDS, said.shell)
  await chat.world.advance(1000)
  const before = chat.world.now
  await chat.world.runUntil(daemon.stop())
  expect(chat.world.now - before).toBeLessThan(1000)
  expect(await chat.world.runUntil(following)).toBe(1)
  expect(said.err).toMatch(
    /^dchat: .* closed the connection before it answered; has the daemon stopped, or is it another kind of port\?\n$/,
  )
})

test("a command that is interrupted ends with the signal's code and says nothing", async () => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  const server = await chat.world.runUntil(impostor(host, new Promise(() => {})))
  const stop = new AbortController()
  const said = chat.shell(host, stop.signal)
  const pinging = run(["ping", ...rpcOf(host)], COMMANDS, said.shell)
  await chat.world.advance(100)
  stop.abort(new Interrupted("SIGTERM", 143))
  expect(await chat.world.runUntil(pinging)).toBe(143)
  expect(said.out + said.err).toBe("")
  await chat.world.runUntil(server.stop({ drainMs: 0 }))
})

test.each([
  [["daemon", "--network-profiles", "tpc"], /It must be one of tcp, /],
  [["daemon", "--log-format", "xml"], /Allowed choices are text, json; see "dchat daemon --help"$/],
  [["ping", "--rpc", "localhost:1"], /It must be a URL with host and port/],
  [["ping", "--jsno"], /unknown option '--jsno' \(Did you mean --json\?\); see "dchat ping --help"$/],
  [["ping", "surplus"], /too many arguments for 'ping'/],
  [["send"], /missing required argument 'text'; see "dchat send --help"$/],
  [["sned"], /unknown command 'sned' \(Did you mean send\?\); see "dchat --help"$/],
])("dchat %j is an error of usage: one line, exit code 2", async (args, message) => {
  await using chat = new VirtualChat()
  const { exitCode, out, err } = await chat.command(chat.host("here"), ...args)
  expect([exitCode, out]).toEqual([2, ""])
  expect(err).toMatch(/^dchat: [^\n]*\n$/)
  expect(err.trimEnd()).toMatch(message)
})

test.each([[], ["daemon"], ["send"], ["recv"], ["ping"], ["info"], ["demo"]])(
  "there is help: dchat %s --help",
  async (...name) => {
    await using chat = new VirtualChat()
    const { exitCode, out, err } = await chat.command(chat.host("here"), ...name, "--help")
    expect([exitCode, err]).toEqual([0, ""])
    expect(out).toMatch(new RegExp(`^Usage: ${["dchat", ...name].join(" ")} `))
  },
)

test("--version is the package's", async () => {
  await using chat = new VirtualChat()
  expect(await chat.command(chat.host("here"), "--version")).toMatchObject({ exitCode: 0, out: "0.1.0\n" })
})
