import { expect, test } from "vitest"
import { storm } from "../../fuzz/packets.mjs"
import { BUILT_IN_MESSAGES } from "../message/built-in.ts"
import { PacketDecoder } from "./packet-decoder.ts"

test("damaged streams give the same events however they are cut, and nothing is thrown", () => {
  const subject = { PacketDecoder, messages: BUILT_IN_MESSAGES }
  const { messages, faults, fragmentations } = storm(subject, { count: 10_000, seed: 1 })
  expect(messages).toBeGreaterThan(1000)
  // Whole, byte by byte and at random, and many of them at each place.
  expect(fragmentations).toBeGreaterThan(60_000)
  // Every fault was met, so the streams reach into the decoder.
  const kinds = ["bad-command-length", "bad-payload", "bad-payload-length", "command-not-utf8", "command-too-long", "payload-too-long", "surplus-payload", "unknown-command", "wrong-magic"] // prettier-ignore
  expect(Object.keys(faults)).toEqual(expect.arrayContaining(kinds.map((kind) => `fault ${kind}`)))
})
