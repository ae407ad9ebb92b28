import type { ByteStream } from "@dchat/runtime"
import { nodeRuntime } from "@dchat/runtime/node"
import { parseUrl } from "@dchat/wire"
import { expect, test } from "vitest"
import { P2p, SESSION_DEFAULT } from "./index.ts"
import { dnsName, forgedIdentity } from "./testing/forged-identity.test-kit.ts"
import { End } from "./testing/open-port.test-kit.ts"
import { DchatMsg, RECORDED } from "./testing/test-net.test-kit.ts"

const TLS = { ...RECORDED, activeProfiles: ["tcp+tls"] }

test("silent, garbled and false TLS clients keep no honest one away, learn nothing and are not banned", async () => {
  const runtime = nodeRuntime()
  const { network } = runtime
  const bob = await P2p.create({ ...TLS, inboundAddrs: ["tcp+tls://127.0.0.1:0"], inboundConnections: 64 }, { runtime })
  const heard = new Promise<string>((resolve) => {
    bob.protocols.register(SESSION_DEFAULT, (channel) => {
      const messages = channel.subscribe(DchatMsg)
      return { name: "ears", start: (jobs) => void jobs.spawn(async () => resolve((await messages.receive()).msg)) }
    })
  })
  await bob.start()
  const [url = ""] = bob.sessions.inbound.addresses
  const { port = 0 } = parseUrl(url)

  let clients = 1
  const dial = (): Promise<ByteStream> =>
    network.connect({ kind: "tcp", host: "127.0.0.1", port }, { localHost: `127.0.0.${++clients}` })
  const saying = async (bytes: Uint8Array): Promise<End> => {
    const stream = await dial()
    stream.write(bytes)
    return new End(stream)
  }
  const greeting = async (identity: ReturnType<typeof forgedIdentity> | undefined): Promise<End> => {
    const options = { role: "client", serverName: "dark.fi", ...(identity === undefined ? {} : { identity }) } as const
    return new End(await network.upgradeTls(await dial(), options))
  }
  const silent = await Promise.all(Array.from({ length: 20 }, dial))
  const halfway = await saying(Uint8Array.of(22, 3, 1, 2, 0, 1, 0))
  const turnedAway = await Promise.all([
    saying(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n")),
    saying(Uint8Array.from({ length: 5000 }, (_, i) => i * 37)),
    greeting(undefined),
    greeting(forgedIdentity({ names: [[dnsName("dark.example")]] })),
    greeting(forgedIdentity({ key: "p-256" })),
  ])

  const alice = await P2p.create({ ...TLS, peers: [url] }, { runtime })
  await alice.start()
  void alice.run()
  const channel = await alice.sessions.manual.connect(url)
  await channel.send(DchatMsg, { msg: "honest" })
  expect(await heard).toBe("honest")

  await Promise.all(turnedAway.map(({ ended }) => ended.wait()))
  // What a TLS alert or a ticket is made of is below what the last three read; nobody reads a packet.
  expect(turnedAway.slice(2).map(({ text }) => text)).toEqual(["", "", ""])
  expect(bob.hosts.lists.size("black")).toBe(0)
  expect(bob.channels()).toHaveLength(1)

  await Promise.all([alice.stop(), bob.stop()])
  await halfway.ended.wait()
  await Promise.all([...silent, halfway.stream, ...turnedAway.map(({ stream }) => stream)].map((each) => each.close()))
})
