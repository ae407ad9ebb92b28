import { virtualWorld } from "@dchat/runtime/virtual"
import type { ByteStream } from "@dchat/runtime"
import fc from "fast-check"
import { expect, test } from "vitest"
import { SocksServer, type SocksBehaviour } from "../../testing/socks-server.test-kit.ts"
import { askProxy } from "./handshake.ts"
import type { Credentials, Destination } from "./route.ts"

const LOGIN: Credentials = { user: "alice", password: "päss" }

/** Asks a proxy that behaves so for a connection. Gives what it was asked for. */
async function ask(
  behaviour: SocksBehaviour,
  destination: Destination,
  credentials?: Credentials,
): Promise<SocksServer["asked"]> {
  const world = virtualWorld()
  const [here, there] = [world.host({ name: "here" }), world.host({ name: "there", ip: "10.0.0.2" })]
  return world.runUntil(
    (async () => {
      await using target = await there.network.listen({ kind: "tcp", host: "10.0.0.2", port: 80 })
      expect(target.refused).toBe(0)
      await using proxy = await SocksServer.start(there, "10.0.0.2", behaviour)
      const [host = "", port] = proxy.authority.split(":")
      await using stream = await here.network.connect({ kind: "tcp", host, port: Number(port) })
      await using _to: ByteStream = await askProxy(stream, { destination, credentials, clock: here.clock })
      return proxy.asked
    })(),
  )
}

const THERE = { host: "10.0.0.2", port: 80 }
const NAMES = { "a.onion": "10.0.0.2", "2001:db8::1": "10.0.0.2" }

test.each([
  ["a proxy without a login", {}, THERE, undefined, [THERE]],
  ["a name, which the proxy looks up", { names: NAMES }, { host: "a.onion", port: 80 }, undefined, [{ host: "a.onion", port: 80 }]],
  ["an IPv6 address", { names: NAMES }, { host: "2001:db8::1", port: 80 }, undefined, [{ host: "2001:db8::1", port: 80 }]],
  ["a login that is wanted", { methods: [2] }, THERE, LOGIN, [{ ...THERE, login: "alice:päss" }]],
  ["a login that is not wanted", { methods: [0] }, THERE, LOGIN, [THERE]],
  ["an answer with an IPv4 address", { reply: [5, 0, 0, 1, 1, 2, 3, 4, 0, 80] }, THERE, undefined, [THERE]],
  ["an answer with an IPv6 address", { reply: [5, 0, 0, 4, ...Array<number>(18).fill(1)] }, THERE, undefined, [THERE]],
  ["an answer with an empty name", { reply: [5, 0, 0, 3, 0, 0, 80] }, THERE, undefined, [THERE]],
] as const)("connects: %s", async (_what, behaviour, destination, credentials, asked) => {
  expect(await ask(behaviour, destination, credentials)).toEqual(asked)
}) // prettier-ignore

test.each([
  ["something else than SOCKS5", { greeting: [0x48, 0x54] }, undefined, "the proxy does not speak SOCKS5"],
  ["SOCKS4", { greeting: [0, 90] }, undefined, "the proxy does not speak SOCKS5"],
  ["a method that was not offered", { greeting: [5, 1] }, undefined, "the proxy chooses a login that was not offered: 1"],
  ["a login that we have not", { greeting: [5, 2] }, undefined, "the proxy wants a name and a password"],
  ["no method for a nameless one", { methods: [2] }, undefined, "the proxy wants a name and a password"],
  ["no method at all", { methods: [] }, LOGIN, "the proxy takes no login of ours"],
  ["a wrong password", { methods: [2], loginAnswer: [1, 1] }, LOGIN, "the proxy does not take our name and password"],
  ["a name that is too long", { methods: [2] }, { user: "u".repeat(256), password: "p" }, "a host, a name or a password has 1 to 255 bytes for a proxy, not 256"],
  ["an empty password", { methods: [2] }, { user: "u", password: "" }, "a host, a name or a password has 1 to 255 bytes for a proxy, not 0"],
  ["1", { reply: [5, 1, 0, 1] }, undefined, "the proxy failed"],
  ["2", { reply: [5, 2, 0, 1] }, undefined, "the proxy's rules forbid it"],
  ["3", { reply: [5, 3, 0, 1] }, undefined, "network unreachable"],
  ["4", { reply: [5, 4, 0, 1] }, undefined, "host unreachable"],
  ["5", { reply: [5, 5, 0, 1] }, undefined, "refused"],
  ["6", { reply: [5, 6, 0, 1] }, undefined, "timed out"],
  ["7", { reply: [5, 7, 0, 1] }, undefined, "the proxy cannot connect"],
  ["8", { reply: [5, 8, 0, 1] }, undefined, "the proxy does not know this kind of address"],
  ["0xf0", { reply: [5, 0xf0, 0, 1] }, undefined, "the proxy answers with the unknown code 240"],
  ["an answer of another version", { reply: [4, 0, 0, 1] }, undefined, "the proxy does not speak SOCKS5"],
  ["an unknown kind of address", { reply: [5, 0, 0, 2] }, undefined, "the proxy answers with an unknown kind of address"],
] as const)("does not connect: %s", async (_what, behaviour, credentials, message) => {
  await expect(ask(behaviour, THERE, credentials)).rejects.toThrow(message)
}) // prettier-ignore

test("a host that is too long for a proxy is refused", async () => {
  await expect(ask({}, { host: "h".repeat(256), port: 80 })).rejects.toThrow("not 256")
})

test("whatever a proxy answers, the dial ends", async () => {
  const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(bytes, bytes, async (head, tail) => {
      const world = virtualWorld()
      const [here, there] = [world.host({ name: "here" }), world.host({ name: "there", ip: "10.0.0.2" })]
      const listener = await world.runUntil(there.network.listen({ kind: "tcp", host: "10.0.0.2", port: 1080 }))
      const accepted = listener[Symbol.asyncIterator]().next()
      const stream = await world.runUntil(here.network.connect({ kind: "tcp", host: "10.0.0.2", port: 1080 }))
      const proxy = (await world.runUntil(accepted)).value as ByteStream
      proxy.write(Uint8Array.from([5, 0, ...head, ...tail]))
      proxy.end()
      const asking = askProxy(stream, { destination: THERE, credentials: undefined, clock: here.clock })
      const outcome = await world.runUntil(
        asking.then(
          () => "connected",
          (error: Error) => error.name,
        ),
      )
      expect(["connected", "SocksError", "NetworkError"]).toContain(outcome)
      await world.runUntil(Promise.all([stream.close(), proxy.close(), listener.close()]))
    }),
    { numRuns: 300 },
  )
})
