import { string, struct } from "@dchat/wire"
import { expect, test } from "vitest"
import { SESSION_DEFAULT, UNMETERED, defineMessage, genericProtocol } from "../index.ts"
import { TestNet, type TestNode } from "../testing/test-net.test-kit.ts"

const Ask = defineMessage({ command: "ask", codec: struct({ text: string }), maxBytes: 100, metering: UNMETERED })
const Tell = defineMessage({ command: "tell", codec: struct({ text: string }), maxBytes: 100, metering: UNMETERED })

/** Takes part in the protocol, and writes down what it is asked. */
function takePart({ p2p }: TestNode): string[] {
  const asked: string[] = []
  const protocol = genericProtocol(p2p, {
    name: "ProtocolAsk",
    request: Ask,
    response: Tell,
    async handle({ text }) {
      asked.push(text)
      if (text === "fail") throw new Error("no idea")
      if (text === "pass on" || text === "skip" || text === "stop") {
        return { action: text === "pass on" ? "broadcast" : text }
      }
      return { action: "respond", response: { text: text.toUpperCase() } }
    },
  })
  p2p.protocols.register(SESSION_DEFAULT, protocol)
  return asked
}

test("a request is answered, passed on to the others, skipped, or ends the channel", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const [alice, carol] = [await net.node("alice", { peers: [bob.url] }), await net.node("carol", { peers: [bob.url] })]
  const [, askedOfBob, askedOfCarol] = [alice, bob, carol].map(takePart)
  const told: string[] = []
  alice.p2p.protocols.register(SESSION_DEFAULT, (channel) => {
    const answers = channel.subscribe(Tell)
    return {
      name: "ProtocolListen",
      start: (jobs) =>
        void jobs.spawn(async () => {
          for await (const { text } of answers) told.push(text)
        }),
    }
  })
  await net.run(alice)
  await net.run(carol)
  const channel = await net.world.runUntil(alice.p2p.sessions.manual.connect(bob.url))
  for (const text of ["one", "skip", "two", "pass on"]) await channel.send(Ask, { text })
  await net.world.advance(100)
  expect(told).toEqual(["ONE", "TWO"])
  expect(askedOfBob).toEqual(["one", "skip", "two", "pass on"])
  expect(askedOfCarol?.[0]).toBe("pass on")
  await channel.send(Ask, { text: "stop" })
  await net.world.advance(10)
  expect(channel.state).toBe("stopped")
})

test("a function that fails ends the channel, and the log says which", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  takePart(alice)
  takePart(bob)
  await net.run(alice)
  const channel = await net.world.runUntil(alice.p2p.sessions.manual.connect(bob.url))
  await channel.send(Ask, { text: "fail" })
  await net.world.advance(10)
  expect(channel.state).toBe("stopped")
  expect(net.said("bob")).toContainEqual(expect.stringContaining("ProtocolAsk failed"))
})
