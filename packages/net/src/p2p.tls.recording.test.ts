import type { ByteStream } from "@dchat/runtime"
import { expect, test } from "vitest"
import recording from "./fixtures/tls.json" with { type: "json" }
import { Pong } from "./message/ping.ts"
import { RawPeer } from "./testing/raw-peer.test-kit.ts"
import { fromHex, inRecordedWords } from "./testing/recorded-words.test-kit.ts"
import { DchatMsg, TestNet, type TestNode } from "./testing/test-net.test-kit.ts"
import { newIdentity } from "./transport/tls/certificate.ts"

// The connection of two reference nodes over TLS. Either side of it is played against a node of ours.

const PACKETS = recording.connections[0]?.packets ?? []
const TLS = { activeProfiles: ["tcp+tls"] }

test("a recorded dialler gets over TLS what it got from the reference", async () => {
  await using net = new TestNet()
  const url = "tcp+tls://10.0.0.1:1000/"
  const bob = await net.node("bob", { ...TLS, inboundAddrs: [url], externalAddrs: [url] })
  await net.run(bob)
  const host = net.host("dialler")
  const options = { role: "client", identity: newIdentity(host.random), serverName: "dark.fi" } as const
  const stream = await net.world.runUntil(
    host.network
      .connect({ kind: "tcp", host: "10.0.0.1", port: 1000 })
      .then((socket) => host.network.upgradeTls(socket, options)),
  )
  const peer = new RawPeer(stream, host)
  await replay(net, "dialler", peer, bob)
  expect(heardBy(peer)).toEqual(saidBy("acceptor"))
  expect(bob.inbox).toEqual(["over tls"])
})

test("a recorded acceptor gets over TLS what it got from the reference", async () => {
  await using net = new TestNet()
  const host = net.host("acceptor", "10.0.0.9")
  const listener = await host.network.listen({ kind: "tcp", host: "10.0.0.9", port: 1000 })
  const accepting = listener[Symbol.asyncIterator]()
    .next()
    .then(({ value }: IteratorResult<ByteStream, undefined>) => {
      const options = { role: "server", identity: newIdentity(host.random), requestCertificate: true } as const
      return host.network.upgradeTls(value as ByteStream, options)
    })
  const alice = await net.node("alice", { ...TLS, peers: ["tcp+tls://10.0.0.9:1000/"] })
  await net.run(alice)
  const peer = new RawPeer(await net.world.runUntil(accepting), host)
  await replay(net, "acceptor", peer, alice)
  expect(heardBy(peer)).toEqual(saidBy("dialler"))
  expect(alice.inbox).toEqual(["back"])
  await net.world.runUntil(Promise.all([peer.close(), listener.close()]))
})

/** Sends one side's packets, as they were, and has our node send the other side's chat. */
async function replay(net: TestNet, side: "dialler" | "acceptor", peer: RawPeer, node: TestNode): Promise<void> {
  for (const { from, command, message, hex } of PACKETS) {
    await net.world.advance(10)
    if (from !== side) {
      if (command === "DchatMsg") await node.p2p.broadcast(DchatMsg, { msg: (message as { msg: string }).msg })
    } else if (command === "pong") {
      // The recorded nonce answers another ping than ours.
      peer.send(Pong, peer.seen.find((packet) => packet.command === "ping")?.value as { nonce: number })
    } else {
      peer.sendBytes(fromHex(hex))
    }
  }
  await net.world.advance(100)
}

function heardBy(peer: RawPeer): string[] {
  return peer.seen.map(({ command, value }) => essence(command, inRecordedWords(value))).toSorted()
}

function saidBy(side: "dialler" | "acceptor"): string[] {
  return PACKETS.filter(({ from }) => from === side)
    .map(({ command, message }) => essence(command, message))
    .toSorted()
}

/** A packet without what is different each time: nonces, times and addresses. */
function essence(command: string, message: object): string {
  const fields = Object.entries(message).map(([name, field]) => [
    name,
    name === "nonce" || name === "timestamp" ? "any" : field,
  ])
  return JSON.stringify([command, Object.fromEntries(fields)]).replaceAll(/tcp\+tls:[^"]*\//g, "url")
}
