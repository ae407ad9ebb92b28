import { expect, test } from "vitest"
import { Addr } from "../message/address.ts"
import { RawPeer } from "../testing/raw-peer.test-kit.ts"
import { DchatMsg, TestNet } from "../testing/test-net.test-kit.ts"
import { Reserve } from "./reserve.ts"

const OWN = "tcp://10.0.0.2:5000/"

async function visited(net: TestNet): Promise<{ broadcast: (msg: string) => Promise<unknown>; visitor: RawPeer }> {
  const seed = await net.listening("seed")
  const visitor = await net.world.runUntil(RawPeer.dial(seed.url, net.host("visitor")))
  visitor.introduce({ extSendAddr: [OWN] })
  await net.world.advance(10)
  return { broadcast: (msg) => seed.p2p.broadcast(DchatMsg, { msg }), visitor }
}

function heard({ seen }: RawPeer): unknown[] {
  return seen.filter(({ command }) => command === DchatMsg.command).map(({ value }) => value)
}

test("a peer that may be a seed's visitor hears nothing of an application for 2 s, then all of it", async () => {
  await using net = new TestNet()
  const { broadcast, visitor } = await visited(net)
  visitor.send(Addr, { addrs: [[OWN, 1n]] })
  await net.world.advance(10)
  expect(await broadcast("one")).toEqual({ nodes: 1, sent: 1, refused: 0 })
  await broadcast("two")
  await net.world.advance(1900)
  expect(heard(visitor)).toEqual([])
  await net.world.advance(100)
  await broadcast("three")
  await net.world.advance(10)
  expect(heard(visitor)).toEqual([{ msg: "one" }, { msg: "two" }, { msg: "three" }])
})

test.each([
  ["answers our question for addresses", (peer: RawPeer) => peer.send(Addr, { addrs: [] })],
  [
    "knows others",
    (peer: RawPeer) =>
      peer.send(Addr, {
        addrs: [
          [OWN, 1n],
          ["tcp://10.3.3.3:3/", 1n],
        ],
      }),
  ],
  ["talks of the application", (peer: RawPeer) => peer.send(DchatMsg, { msg: "hi" })],
] as const)("a peer that %s is no visitor, and hears at once what was said", async (_, show) => {
  await using net = new TestNet()
  const { broadcast, visitor } = await visited(net)
  await broadcast("one")
  await net.world.advance(10)
  expect(heard(visitor)).toEqual([])
  show(visitor)
  await net.world.advance(10)
  await broadcast("two")
  await net.world.advance(10)
  expect(heard(visitor)).toEqual([{ msg: "one" }, { msg: "two" }])
})

test("what is kept is bounded: what is too much is refused and counted", async () => {
  await using net = new TestNet()
  const { broadcast } = await visited(net)
  const results = []
  for (let i = 0; i < 20; i++) results.push(await broadcast("x".repeat(100_000)))
  expect(results.filter((result) => (result as { sent: number }).sent === 1)).toHaveLength(10)
})

test("a reserve that is open keeps nothing", () => {
  const passed: number[] = []
  const reserve = new Reserve((_type, packet) => passed.push(packet.length))
  expect(reserve.keep(DchatMsg, new Uint8Array(2 ** 21))).toBe(true)
  expect(reserve.keep(DchatMsg, new Uint8Array(1))).toBe(false)
  reserve.open()
  expect(passed).toEqual([2 ** 21])
  expect(reserve.keep(DchatMsg, new Uint8Array(1))).toBe(false)
  reserve.open()
  expect(passed).toHaveLength(1)
})
