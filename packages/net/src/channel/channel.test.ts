import { expect, test } from "vitest"
import { Ping } from "../message/ping.ts"
import { pair, type Pair } from "../testing/channel-pair.test-kit.ts"
import { DchatMsg, MAGIC } from "../testing/test-net.test-kit.ts"
import { consequenceOf } from "./fault.ts"
import { PacketEncoder } from "./packet-encoder.ts"

/** Nothing may be left: no socket, no timer. */
async function end({ world, channel, peer }: Pair): Promise<void> {
  await world.runUntil(Promise.all([channel.stop(), peer.close()]))
  await world.runUntilIdle()
}

test("a channel is new, then runs, then is stopped for good", async () => {
  const { world, channel, peer } = await pair()
  expect(channel.state).toBe("new")
  channel.start()
  expect(channel.state).toBe("running")
  expect(() => channel.start()).toThrow("a running channel cannot become running")
  const stopping = channel.stop()
  expect(channel.state).toBe("stopped")
  await world.runUntil(stopping)
  expect(await channel.stopped).toMatchObject({ code: "stopped" })
  expect(() => channel.start()).toThrow("a stopped channel cannot become running")
  expect(() => channel.subscribe(Ping)).toThrow("we closed the connection")
  expect(channel.offer(Ping, new Uint8Array())).toBe(false)
  await expect(channel.send(Ping, { nonce: 1 })).rejects.toMatchObject({ code: "stopped" })
  expect(peer.closedAt).toBeDefined()
  await world.runUntilIdle()
})

test("a channel that never ran can be stopped", async () => {
  const { world, channel } = await pair()
  await world.runUntil(channel.stop())
  await world.runUntilIdle()
  expect(channel.state).toBe("stopped")
})

test("it stops in order: it is stopped, readers are told, cleanups run one after another, the socket is closed", async () => {
  const { world, channel, peer, stream } = await pair()
  const order: string[] = []
  const pings = channel.subscribe(Ping)
  channel.start()
  void channel.stopped.then(() => order.push("stopped"))
  const readerTold = pings.receive().catch(() => order.push("reader told"))
  channel.onStop(async () => {
    await readerTold
    order.push("first cleanup")
  })
  channel.onStop(() => {
    throw new Error("a cleanup that fails is no reason to leave out the next")
  })
  channel.onStop(() => void order.push("last cleanup"))
  void stream.closed.then(() => order.push("socket closed"))
  await world.runUntil(channel.stop())
  order.push("stop returned")
  expect(order).toEqual(["stopped", "reader told", "first cleanup", "last cleanup", "socket closed", "stop returned"])
  expect(() => channel.onStop(() => undefined)).toThrow("we closed the connection")
  expect(peer.closedAt).toBeDefined()
  await world.runUntilIdle()
})

test("a peer that closes ends the channel after what it has sent was read", async () => {
  const it = await pair()
  const { world, channel, peer } = it
  const messages = channel.subscribe(DchatMsg)
  channel.start()
  for (let i = 0; i < 10; i++) peer.send(DchatMsg, { msg: `${i}` })
  await world.advance(10)
  await world.runUntil(peer.close())
  expect(await world.runUntil(channel.stopped)).toMatchObject({ code: expect.stringMatching(/closed-by-peer|broken/) })
  const seen: string[] = []
  for await (const { msg } of messages) seen.push(msg)
  expect(seen).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
  await end(it)
})

test("a reader that is slow slows the peer down, and loses nothing", async () => {
  const it = await pair()
  const { world, channel, peer } = it
  const messages = channel.subscribe(DchatMsg, { maxMessages: 3 })
  channel.start()
  const text = "x".repeat(10_000)
  for (let i = 0; i < 50; i++) peer.send(DchatMsg, { msg: `${i} ${text}` })
  await world.advance(1000)
  expect(messages.size).toBe(3)
  const seen: string[] = []
  void (async () => {
    for await (const { msg } of messages) seen.push(msg.split(" ")[0] as string)
  })()
  await world.advance(5000)
  expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`))
  await end(it)
})

test("what came in before the peer went away is not lost to a reader that is slow", async () => {
  const it = await pair()
  const { world, channel, peer } = it
  const messages = channel.subscribe(DchatMsg, { maxMessages: 2 })
  channel.start()
  for (let i = 0; i < 20; i++) peer.send(DchatMsg, { msg: `${i}` })
  await world.advance(10)
  peer.end()
  await world.advance(10)
  expect(channel.state).toBe("running")
  const seen: string[] = []
  await world.runUntil(
    (async () => {
      for await (const { msg } of messages) seen.push(msg)
    })(),
  )
  expect(seen).toHaveLength(20)
  await end(it)
})

test("a fault is judged once, and what follows it is not read", async () => {
  const it = await pair()
  const { world, channel, peer, faults } = it
  channel.start()
  peer.sendBytes(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"))
  peer.send(Ping, { nonce: 1 })
  expect(await world.runUntil(channel.stopped)).toMatchObject({ code: "peer-fault", fault: { kind: "wrong-magic" } })
  channel.fault({ kind: "wrong-pong" })
  expect(faults.map(({ kind }) => kind)).toEqual(["wrong-magic"])
  await end(it)
})

test("a patient channel lives on after what it can skip", async () => {
  const it = await pair({ session: "refine", judge: (_channel, fault) => consequenceOf(fault, "refine", "strict") })
  const { world, channel, peer } = it
  const pings = channel.subscribe(Ping)
  channel.start()
  peer.send(DchatMsg, { msg: "what is this?" })
  for (let nonce = 0; nonce < 40; nonce++) peer.send(Ping, { nonce })
  await world.advance(10)
  expect([channel.state, pings.size]).toEqual(["running", 40])
  await end(it)
})

test("a goodbye waits for a peer that is slow to read, but not for long", async () => {
  const { world, channel, stream } = await pair()
  channel.start()
  const start = world.now
  await world.runUntil(channel.stop())
  expect(world.now - start).toBeLessThanOrEqual(500)
  expect(stream.bufferedBytes).toBe(0)
  await world.runUntilIdle()
})

test("what was kept back and finds no room when the channel stops is dropped, without a word", async () => {
  const { world, channel } = await pair({ session: "inbound" })
  channel.start()
  const msg = "x".repeat(2 ** 20 - 100)
  expect(channel.offer(DchatMsg, new PacketEncoder(MAGIC).encode(DchatMsg, { msg }))).toBe(true)
  // Fills the queue, as nothing is on its way yet.
  const sent = Array.from({ length: 4 }, () => channel.send(DchatMsg, { msg }))
  const waiting = channel.send(DchatMsg, { msg }).catch((error: unknown) => error)
  channel.trust()
  await world.runUntil(channel.stop())
  await Promise.all(sent)
  expect(await waiting).toBe(await channel.stopped)
  await world.runUntilIdle()
})

test("hosts know the peer by what was dialled, unless that was another transport; people always see what was dialled", async () => {
  const connect = "tcp://1.2.3.4:5/"
  const mixed = "tor://1.2.3.4:5/"
  const cases = [
    [{ connect, resolve: undefined, mixed: false }, connect, connect],
    [{ connect, resolve: connect, mixed: false }, connect, connect],
    [{ connect, resolve: mixed, mixed: true }, connect, mixed],
  ] as const
  for (const [address, forHosts, forPeople] of cases) {
    const { world, channel } = await pair({ address })
    expect([channel.address, channel.displayAddress]).toEqual([forHosts, forPeople])
    await world.runUntil(channel.stop())
  }
})
