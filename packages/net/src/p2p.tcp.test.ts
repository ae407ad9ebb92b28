import { nodeRuntime } from "@dchat/runtime/node"
import { expect, test } from "vitest"
import { P2p, SESSION_DEFAULT } from "./index.ts"
import { DchatMsg, RECORDED } from "./testing/test-net.test-kit.ts"

test.each(["tcp", "tcp+tls"])("two nodes chat over real sockets, and leave none behind: %s", async (scheme) => {
  const inbox: string[] = []
  let arrived: () => void = () => undefined
  const runtime = nodeRuntime()
  const bob = await P2p.create(
    { ...RECORDED, activeProfiles: [scheme], inboundAddrs: [`${scheme}://127.0.0.1:0`] },
    { runtime },
  )
  bob.protocols.register(SESSION_DEFAULT, (channel) => {
    const messages = channel.subscribe(DchatMsg)
    return {
      name: "ProtocolDchat",
      start(jobs) {
        void jobs.spawn(async () => {
          for await (const { msg } of messages) {
            inbox.push(msg)
            if (inbox.length === 1000) arrived()
          }
        })
      },
    }
  })
  await bob.start()
  const bobRuns = bob.run()
  const alice = await P2p.create(
    { ...RECORDED, activeProfiles: [scheme], peers: bob.sessions.inbound.addresses },
    { runtime },
  )
  alice.protocols.register(SESSION_DEFAULT, (channel) => {
    channel.register(DchatMsg)
    return { name: "ProtocolMute", start: () => undefined }
  })
  await alice.start()
  const aliceRuns = alice.run()

  const [url = ""] = bob.sessions.inbound.addresses
  const channel = await alice.sessions.manual.connect(url)
  const allArrived = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const long = "x".repeat(20_000)
  for (let i = 0; i < 1000; i++) await channel.send(DchatMsg, { msg: `${i} ${long}` })
  await allArrived
  expect(inbox.map((text) => Number.parseInt(text, 10))).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  expect(channel.version?.extSendAddr).toEqual([])

  await Promise.all([alice.stop(), bob.stop(), aliceRuns, bobRuns])
  expect([...alice.channels(), ...bob.channels()]).toEqual([])
  const again = await runtime.network.listen({
    kind: "tcp",
    host: "127.0.0.1",
    port: Number(/:(\d+)\//.exec(url)?.[1]),
  })
  await again.close()
})
