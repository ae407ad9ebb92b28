import { NetworkError, type ByteStream } from "@dchat/runtime"
import { MemoryLog, virtualWorld } from "@dchat/runtime/virtual"
import { parseUrl } from "@dchat/wire"
import { expect, test } from "vitest"
import { isNobodysFault } from "../session/failure.ts"
import { defaultSettings, type Settings } from "../settings/settings.ts"
import { Connector } from "./connector.ts"
import { ConnectError } from "./error.ts"
import type { Transport } from "./transport.ts"
import { allTransports } from "./transports.ts"

/** Dials an address with transports that fail; gives the error, when it came, and what was dialled. */
async function failing(
  address: string,
  settings: Partial<Settings>,
  fail: Transport["dial"] = () => Promise.reject(new NetworkError("refused", "no")),
  blacklisted: readonly string[] = [],
) {
  const world = virtualWorld()
  const { clock, log } = world.host({ name: "here" })
  const dialled: string[] = []
  const transport = dialler(["tcp", "tor", "socks5"], (url, options) => {
    dialled.push(url.href)
    return fail(url, options)
  })
  const context = {
    settings: { ...defaultSettings, ...settings },
    hosts: { isBlacklisted: (url: string) => blacklisted.includes(url) },
    runtime: { clock, log },
  }
  const error: unknown = await world.runUntil(
    new Connector(context, [transport]).dial(address).then(
      () => undefined,
      (reason: unknown) => reason,
    ),
  )
  expect(error).toBeInstanceOf(ConnectError)
  return { error: error as ConnectError, dialled, ms: world.now }
}

const MIXED: Partial<Settings> = {
  activeProfiles: ["tor", "socks5"],
  mixedProfiles: ["tcp"],
  torSocks5Proxy: "socks5://alice:secret@127.0.0.1:9050/",
  nymSocks5Proxy: "socks5://127.0.0.1:1080/",
}

test("a single way is not repeated in the error", async () => {
  const { error } = await failing("tcp://10.0.0.1:1/", { activeProfiles: ["tcp"] })
  expect(error).toMatchObject({ code: "failed", message: "cannot connect to tcp://10.0.0.1:1/: refused" })
})

test("every way is tried in its order, and said with its reason and without its password", async () => {
  const { error, dialled } = await failing("tcp://10.0.0.1:1/", MIXED)
  expect(dialled).toEqual([
    "tor://10.0.0.1:1/",
    "socks5://alice:secret@127.0.0.1:9050/10.0.0.1:1",
    "socks5://127.0.0.1:1080/10.0.0.1:1",
  ])
  expect(error.message).toBe(
    "cannot connect to tcp://10.0.0.1:1/: tor://10.0.0.1:1/ refused, " +
      "socks5://127.0.0.1:9050/10.0.0.1:1 refused, socks5://127.0.0.1:1080/10.0.0.1:1 refused",
  )
})

test("the peer is not to blame if no way got past our own proxies; it is if one did", async () => {
  const none: Transport["dial"] = () => Promise.reject(new ConnectError("no-proxy", "nothing", "no proxy"))
  expect((await failing("tcp://10.0.0.1:1/", MIXED, none)).error.code).toBe("no-proxy")
  const one: Transport["dial"] = ({ scheme }) =>
    scheme === "tor" ? Promise.reject(new NetworkError("refused", "no")) : none(parseUrl("tcp://a:1"))
  expect((await failing("tcp://10.0.0.1:1/", MIXED, one)).error.code).toBe("failed")
})

test("nor is the peer to blame if this computer has no room for another connection; that is said once", async () => {
  const said = new MemoryLog({ level: "info" })
  const runtime = virtualWorld({ log: said }).host({ name: "here" })
  const context = {
    settings: { ...defaultSettings, activeProfiles: ["tcp"] },
    hosts: { isBlacklisted: () => false },
    runtime,
  }
  const full = dialler(["tcp"], () => Promise.reject(new NetworkError("no-resources", "too many open files")))
  const connector = new Connector(context, [full])
  for (const address of ["tcp://10.0.0.1:1/", "tcp://10.0.0.2:1/"]) {
    const error: unknown = await connector.dial(address).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: "no-resources", message: `cannot connect to ${address}: no resources` })
    expect(isNobodysFault(error)).toBe(true)
  }
  expect(said.records.map(({ message }) => message)).toEqual([expect.stringContaining("raise its limits (ulimit -n)")])
})

test("each way has the time of its own scheme", async () => {
  const settings = { ...MIXED, profiles: { tor: {}, socks5: { outboundConnectTimeout: 7 } } }
  const silent: Transport["dial"] = (_url, { signal } = {}) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true })
    })
  const { error, ms } = await failing("tcp://10.0.0.1:1/", settings, silent)
  expect(error.reason.match(/timed out/g)).toHaveLength(3)
  expect(ms).toBe(65_000 + 7000 + 7000)
})

test("what is blacklisted is not dialled, itself or on the way", async () => {
  const address = "tcp://10.0.0.1:1/"
  const peer = await failing(address, { activeProfiles: ["tcp"] }, undefined, [address])
  expect([peer.error.code, peer.dialled]).toEqual(["blacklisted", []])
  const way = await failing(address, MIXED, undefined, ["tor://10.0.0.1:1/"])
  expect(way.dialled).toHaveLength(2)
})

test.each<[string, string, Partial<Settings>, string]>([
  [
    "of another profile",
    "tcp://10.0.0.1:1/",
    { activeProfiles: ["tor", "socks5"] },
    "tcp is not among the active profiles: they are tor, socks5; add it to activeProfiles",
  ],
  [
    "where there is no profile",
    "tcp://10.0.0.1:1/",
    { activeProfiles: [] },
    "tcp is not among the active profiles: there are none; add it to activeProfiles",
  ],
  [
    "that is mixed without another to go over",
    "tcp://10.0.0.1:1/",
    { activeProfiles: ["tcp+tls"], mixedProfiles: ["tcp"] },
    "tcp is not among the active profiles: they are tcp+tls, and none of them reaches it as one of mixedProfiles; " +
      "add it to activeProfiles",
  ],
  [
    "that is active, for which nothing is here",
    "quic://10.0.0.1:1/",
    { activeProfiles: ["quic"] },
    "there is no transport for quic here, only for tcp, tor, socks5; use one of these, or give P2p.create another",
  ],
  [
    "that is not active either",
    "quic://10.0.0.1:1/",
    { activeProfiles: ["tcp"] },
    "there is no transport for quic here, only for tcp, tor, socks5; use one of these, or give P2p.create another",
  ],
  [
    "that is mixed with what is not here",
    "tcp://10.0.0.1:1/",
    { activeProfiles: ["nym"], mixedProfiles: ["tcp"] },
    "there is no transport for nym here, only for tcp, tor, socks5; use one of these, or give P2p.create another",
  ],
  [
    "without a scheme",
    "localhost:1",
    { activeProfiles: ["tor", "tcp"] },
    "its scheme is missing; write tor://localhost:1",
  ],
  [
    "without a scheme or a profile",
    "localhost:1",
    { activeProfiles: [] },
    "its scheme is missing; write tcp://localhost:1",
  ],
])("an address %s is not dialled, and the error says what to change", async (_, address, settings, reason) => {
  const { error, dialled } = await failing(address, settings)
  expect(error).toMatchObject({ code: "unsupported-transport", message: `cannot use ${address}: ${reason}` })
  expect(dialled).toEqual([])
})

test("the first way that works is taken; peers are told of it without the password", async () => {
  const world = virtualWorld()
  const host = world.host({ name: "here", ip: "10.0.0.1" })
  await world.runUntil(host.network.listen({ kind: "tcp", host: "10.0.0.1", port: 1 }))
  const transport = dialler(["socks5"], () => host.network.connect({ kind: "tcp", host: "10.0.0.1", port: 1 }))
  const settings = { ...defaultSettings, ...MIXED }
  const connector = new Connector({ settings, hosts: { isBlacklisted: () => false }, runtime: host }, [transport])
  const { stream, address } = await world.runUntil(connector.dial("tcp://10.0.0.9:1/"))
  expect(address).toEqual({
    connect: "tcp://10.0.0.9:1/",
    resolve: "socks5://127.0.0.1:9050/10.0.0.9:1",
    mixed: true,
  })
  await world.runUntil(stream.close())
})

test.each([
  ["tcp://10.0.0.1/", "it needs a host and a port"],
  ["tcp+tls://10.0.0.1/", "it needs a host and a port"],
  ["tor://abc.onion/", "it needs a host and a port"],
  ["i2p+tls://abc.i2p/", "it needs a host and a port"],
  ["unix://host/run/a.sock", "it needs an absolute path, and neither host nor port"],
  ["unix:///", "it needs an absolute path, and neither host nor port"],
])("an address that lacks something is refused before anything is dialled: %s", async (address, reason) => {
  const runtime = virtualWorld().host({ name: "here" })
  const settings = { ...defaultSettings, activeProfiles: [parseUrl(address).scheme] }
  const context = { settings, hosts: { isBlacklisted: () => false }, runtime }
  await expect(new Connector(context, allTransports(context)).dial(address)).rejects.toThrow(reason)
})

test.each(["tor", "tor+tls", "i2p", "socks5"])("nobody can listen on %s", async (scheme) => {
  const runtime = virtualWorld().host({ name: "here" })
  const context = { settings: defaultSettings, hosts: { isBlacklisted: () => false }, runtime }
  const url = parseUrl(`${scheme}://127.0.0.1:80`)
  await expect(new Connector(context, allTransports(context)).transportOf(url).listen(url)).rejects.toMatchObject({
    code: "unsupported-transport",
    message: expect.stringContaining("there is no listening through a proxy; listen on tcp") as string,
  })
})

test("where no proxy is, the error says that it is the proxy that is missing", async () => {
  const world = virtualWorld()
  const runtime = world.host({ name: "here", ip: "10.0.0.1" })
  const settings = { ...defaultSettings, activeProfiles: ["tor"], torSocks5Proxy: "socks5://u:p@10.0.0.1:9050/" }
  const context = { settings, hosts: { isBlacklisted: () => false }, runtime }
  const connector = new Connector(context, allTransports(context))
  const dialling = world.runUntil(connector.dial("tor://abc.onion:1/"))
  await expect(dialling).rejects.toMatchObject({
    code: "no-proxy",
    message: "cannot connect to tor://abc.onion:1/: no proxy at 10.0.0.1:9050: refused",
    cause: { code: "no-proxy" },
  })
})

test("where the proxy hangs up, the error says that it was the proxy", async () => {
  const world = virtualWorld()
  const runtime = world.host({ name: "here", ip: "10.0.0.1" })
  const listener = await runtime.network.listen({ kind: "tcp", host: "10.0.0.1", port: 1080 })
  const context = {
    settings: { ...defaultSettings, activeProfiles: ["socks5"] },
    hosts: { isBlacklisted: () => false },
    runtime,
  }
  const connector = new Connector(context, allTransports(context))
  const dialling = world.runUntil(connector.dial("socks5://10.0.0.1:1080/10.0.0.9:1"))
  const hangUp = listener[Symbol.asyncIterator]()
    .next()
    .then(({ value }: IteratorResult<ByteStream, undefined>) => value?.close())
  await expect(dialling).rejects.toThrow(
    "cannot connect to socks5://10.0.0.1:1080/10.0.0.9:1: the proxy broke off: closed",
  )
  await hangUp
  await world.runUntil(listener.close())
})

function dialler(schemes: readonly string[], dial: Transport["dial"]): Transport {
  const unused = (): never => {
    throw new Error("nobody listens here")
  }
  return { schemes, dial, listen: unused, welcome: unused }
}
