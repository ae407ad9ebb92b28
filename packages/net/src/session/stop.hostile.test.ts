import type { ByteStream } from "@dchat/runtime"
import { expect, test } from "vitest"
import { PacketEncoder } from "../channel/packet-encoder.ts"
import { Addr } from "../message/address.ts"
import { Verack, Version } from "../message/version.ts"
import { INTRODUCTION } from "../testing/raw-peer.test-kit.ts"
import { MAGIC, TestNet } from "../testing/test-net.test-kit.ts"

test("visitors and probed hosts that never say goodbye hold up a stop for a second, all of them together", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const mallory = net.host("mallory", "10.0.0.9")
  const way = "tcp://10.0.0.9:1000/"
  const encoder = new PacketEncoder(MAGIC)
  // Greets, and does not react to anything.
  const greet = (stream: ByteStream): void => {
    stream.readInto({ data() {}, end() {}, close() {} })
    stream.write(encoder.encode(Version, { ...INTRODUCTION, extSendAddr: [way] }))
    stream.write(encoder.encode(Verack, { appName: INTRODUCTION.appName, appVersion: INTRODUCTION.version }))
  }
  const listener = await mallory.network.listen({ kind: "tcp", host: "10.0.0.9", port: 1000 })
  let probes = 0
  void (async () => {
    for await (const stream of listener) {
      greet(stream)
      probes++
    }
  })()
  const visit = await net.world.runUntil(mallory.network.connect({ kind: "tcp", host: "10.0.0.1", port: 1000 }))
  greet(visit)
  visit.write(encoder.encode(Addr, { addrs: [[way, 1_735_689_600n]] }))
  await net.world.runUntil(() => probes > 0)
  await net.world.advance(10)

  const start = net.world.now
  await net.world.runUntil(bob.p2p.stop())
  expect(net.world.now - start).toBeGreaterThan(900)
  expect(net.world.now - start).toBeLessThan(1100)
  await net.world.runUntil(Promise.all([visit.close(), listener.close()]))
})
