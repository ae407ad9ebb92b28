import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { Failure } from "../cli/failure.ts"
import { type Config, loadConfig } from "./load.ts"
import { defaultConfigPath, expandHome } from "./location.ts"
import { CONFIG_TEMPLATE } from "./template.ts"

let home: string
let path: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "dchat-config-"))
  path = join(home, "config.toml")
})

afterEach(() => rm(home, { recursive: true, force: true }))

async function load(text: string, flags: object = {}): Promise<Config> {
  await writeFile(path, text)
  return loadConfig({ path, ...flags }, { home, env: {} })
}

async function failureOf(loading: Promise<unknown>): Promise<string> {
  const error: unknown = await loading.then(
    () => expect.unreachable("it loaded"),
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(Failure)
  const { message } = error as Failure
  expect(message).not.toContain("\n")
  return message
}

test("the default path is below XDG_CONFIG_HOME or ~/.config", () => {
  expect(defaultConfigPath({ home: "/h", env: {} })).toBe("/h/.config/dchat/dchatd_config.toml")
  expect(defaultConfigPath({ home: "/h", env: { XDG_CONFIG_HOME: "" } })).toBe("/h/.config/dchat/dchatd_config.toml")
  expect(defaultConfigPath({ home: "/h", env: { XDG_CONFIG_HOME: "/x" } })).toBe("/x/dchat/dchatd_config.toml")
})

test("only a leading ~ is the home folder", () => {
  const paths = ["~", "~/a", "~a", "a/~", "/a"].map((text) => expandHome(text, { home: "/h" }))
  expect(paths).toEqual(["/h", "/h/a", "~a", "a/~", "/a"])
})

test("without a file the template is written, and works; the second time it is read", async () => {
  const first = await loadConfig({}, { home, env: {} })
  expect(first).toMatchObject({ path: defaultConfigPath({ home, env: {} }), isNew: true, warnings: [] })
  expect(await readFile(first.path, "utf8")).toBe(CONFIG_TEMPLATE)
  expect(first.rpc).toEqual({ listen: "tcp://127.0.0.1:51054", disabledMethods: [] })
  expect(first.net).toMatchObject({
    appName: "dchatd",
    appVersion: { major: 0n, minor: 4n, patch: 1n },
    inboundAddrs: ["tcp://127.0.0.1:51554/"],
    externalAddrs: ["tcp://127.0.0.1:51554/"],
    activeProfiles: ["tcp"],
    localnet: true,
    outboundConnections: 5,
  })
  expect(await loadConfig({}, { home, env: {} })).toEqual({ ...first, isNew: false })
})

test("each line of the template that is commented out is right too", async () => {
  const uncommented = CONFIG_TEMPLATE.replaceAll(/^# (?=\w+ = )/gm, "")
  const { warnings, net, rpc } = await load(uncommented)
  expect(warnings).toEqual([])
  expect(rpc.disabledMethods).toEqual(["p2p.get_info"])
  expect(net).toMatchObject({ seeds: ["tcp://127.0.0.1:50515/"], peers: ["tcp://127.0.0.1:51555/"] })
  expect(net.hostlist).toBe(join(home, ".local/share/dchat/hosts.tsv"))
})

test("the command line wins over the file", async () => {
  const text = `[rpc]\nrpc_listen = "tcp://127.0.0.1:1"\nrpc_disabled_methods = ["ping"]\n[net]\noutbound_connections = 1`
  const flags = { rpc: { listen: "tcp://127.0.0.1:2" }, net: { outboundConnections: 3 } }
  const { rpc, net } = await load(text, flags)
  expect(rpc).toEqual({ listen: "tcp://127.0.0.1:2", disabledMethods: ["ping"] })
  expect(net.outboundConnections).toBe(3)
})

test("the two nodes of the golden recording's configuration load", async () => {
  const text = `
[rpc]
rpc_listen = "tcp://127.0.0.1:41001"
[net]
magic_bytes = [127, 64, 12, 201]
localnet = true
outbound_connections = 0
active_profiles = ["tcp"]
[net.profiles."tcp"]
inbound = ["tcp://127.0.0.1:41002"]
external_addrs = ["tcp://127.0.0.1:41002"]
`
  const { net, warnings } = await load(text)
  expect(warnings).toEqual([])
  expect(net.magicBytes).toEqual(Uint8Array.of(127, 64, 12, 201))
})

test("keys that have no effect are warnings", async () => {
  const { warnings } = await load(
    `rpc_listen = "tcp://127.0.0.1:1"\nfoo = 1\n[rpcs]\n[rpc]\nrpc_lsten = "x"\n[net]\npeer = []`,
  )
  expect(warnings).toEqual([
    "rpc_listen at the top has no effect: it belongs into the table [rpc]",
    "foo in the file is unknown and has no effect",
    "rpcs in the file is unknown and has no effect; did you mean rpc?",
    "rpc_lsten in [rpc] is unknown and has no effect; did you mean rpc_listen?",
    "peer in [net] is unknown and has no effect; did you mean peers?",
  ])
})

test("a file that is named but not there is not written", async () => {
  const message = await failureOf(loadConfig({ path }, { home, env: {} }))
  expect(message).toBe(`${path}: there is no such file; check the path, or leave --config away for the default one`)
  await expect(readFile(path)).rejects.toThrow("ENOENT")
})

test.each([
  ["[net\n", /: not TOML at line 1, column 5: illegal character in key$/],
  ["[net]\nlocalnet = true\nlocalnet = false\n", /: not TOML at line 3, column 1: trying to redefine/],
  ["[net]\nmagic_bytes = [1, 2", /: not TOML at line 2, column 20: /],
  [
    `[rpc]\nrpc_listen = "127.0.0.1:1"`,
    /: rpc_listen in \[rpc\] is "127.0.0.1:1", but must be a URL with host and port/,
  ],
  [`[rpc]\nrpc_disabled_methods = "ping"`, /: rpc_disabled_methods in \[rpc\] is "ping", but must be a list/],
  ["rpc = 1", /: rpc is 1, but must be a table$/],
  ["net = 1", /: net is 1, but must be a table$/],
  ["[net]\noutbound_connections = -1", /: outbound_connections in \[net\] is -1, but must be a whole number from 0/],
  ["[net]\nnode_id = 1979-05-27", /: node_id in \[net\] is a date, but must be a text$/],
  [
    `[net]\nactive_profiles = ["tcp"]`,
    /: active_profiles in \[net\] names tcp, which has no table; add \[net.profiles."tcp"\]$/,
  ],
])("the file %j fails with one line that begins with its path", async (text, message) => {
  const failure = await failureOf(load(text))
  expect(failure.startsWith(`${path}: `)).toBe(true)
  expect(failure).toMatch(message)
})

test("a folder in the file's place fails with a line of its own", async () => {
  await mkdir(path)
  expect(await failureOf(loadConfig({ path }, { home, env: {} }))).toBe(
    `${path}: is a folder, not a configuration file`,
  )
})

test.skipIf(process.getuid?.() === 0)("a file that may not be read fails with a line of its own", async () => {
  await writeFile(path, "")
  await chmod(path, 0)
  expect(await failureOf(loadConfig({ path }, { home, env: {} }))).toContain("permission denied")
})
