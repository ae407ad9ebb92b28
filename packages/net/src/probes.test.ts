import { expect, test } from "vitest"
import fixture from "./fixtures/peer-probes.json" with { type: "json" }
import { RawPeer } from "./testing/raw-peer.test-kit.ts"
import { fromHex, inRecordedWords } from "./testing/recorded-words.test-kit.ts"
import { DchatMsg, TestNet } from "./testing/test-net.test-kit.ts"

// What a reference node does with the good and bad bytes of a peer. Ours must do the same, or better.

/** Where our verdict is another one, and why it is better. */
const BETTER: Readonly<Record<string, { readonly closed: boolean }>> = {
  // The reference waits for bytes that never come, and bans all the same. We do not wait.
  "payload length 2^62 of DchatMsg": { closed: true },
}

interface ProbeEvent {
  readonly t?: number
  readonly sent?: string
  readonly hex?: string
  readonly got?: string
  readonly message?: unknown
  readonly error?: string
}

/** A packet without what is different each time. */
function essence(command: string, message: unknown): string {
  const text = JSON.stringify(message).replace(/"tcp:[^"]*"/g, '"url"')
  return `${command} ${text.replace(/"timestamp":\d+/, '"timestamp":0')}`.replace(/(ping .*"nonce":)\d+/, "$10")
}

test.each(fixture.probes)("$label", async ({ label, closedByNode, afterwards, events: recorded }) => {
  const events: readonly ProbeEvent[] = recorded
  const url = /tcp:\/\/127\.0\.0\.1:44\d+/.exec(JSON.stringify(events))?.[0] ?? "tcp://127.0.0.1:44001"
  await using net = new TestNet()
  const host = net.host("node")
  const banPolicy = label.includes("relaxed") ? "relaxed" : "strict"
  const node = await net.node("node", { inboundAddrs: [url], externalAddrs: [url], banPolicy }, host)
  await net.run(node)
  const peer = await net.world.runUntil(RawPeer.dial(url, host))
  const start = net.world.now
  for (const { t = 0, sent, hex } of events) {
    if (sent === undefined) continue
    await net.world.advance(Math.max(0, start + t * 1000 - net.world.now))
    if (hex?.includes("...") === true) peer.send(DchatMsg, { msg: "y".repeat(2 ** 20) })
    else if (!label.startsWith("one byte")) peer.sendBytes(fromHex(hex ?? ""))
    else {
      for (const byte of fromHex(hex ?? "")) {
        peer.sendBytes(Uint8Array.of(byte))
        await net.world.advance(20)
      }
    }
  }
  await net.world.advance(Math.max(100, start + (events.at(-1)?.t ?? 0) * 1000 + 100 - net.world.now))

  const closed = BETTER[label]?.closed ?? closedByNode
  expect(peer.closedAt !== undefined).toBe(closed)
  const ours = peer.seen.map(({ command, value }) => essence(command, inRecordedWords(value)))
  const theirs = events.flatMap(({ got, message }) => (got === undefined ? [] : [essence(got, message)]))
  // A connection that is reset loses what was on its way.
  const wasReset = events.some(({ error }) => error !== undefined)
  if (wasReset) expect(ours).toEqual(expect.arrayContaining(theirs))
  else expect(ours.toSorted()).toEqual(theirs.toSorted())

  const next = await net.world.runUntil(RawPeer.dial(url, host))
  await net.world.advance(100)
  expect(next.commands.includes("version")).toBe(afterwards === "not banned")
})
