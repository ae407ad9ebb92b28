import { expect, test } from "vitest"
import { traceHash } from "../../scripts/trace-hash.js"
import { accept } from "../compliance/lab.test-kit.ts"
import { virtualWorld } from "./index.ts"

// The script prints it, on any version of Node. It changes with what hosts do to each other: when that is meant, write the new one here.
const HASH_OF_SEED_42 = "aecb509e45892b0a5da1befc4ce0c138c2433580d51d73885a06f502083fe661"

test("the trace of a seed is the same everywhere and for ever", async () => {
  expect(await traceHash(virtualWorld)).toMatchObject({ hash: HASH_OF_SEED_42 })
})

test("another seed has another trace, twice the same", async () => {
  const first = await traceHash(virtualWorld, 43)
  expect(first.hash).not.toBe(HASH_OF_SEED_42)
  expect(await traceHash(virtualWorld, 43)).toEqual(first)
})

test("a line says when, who, what, and sums the bytes up", async () => {
  const lines: string[] = []
  const world = virtualWorld({ onTrace: (line) => lines.push(line) })
  const [alice, bob] = [world.host({ name: "alice" }), world.host({ name: "bob" })]
  const listener = await bob.network.listen({ kind: "tcp", host: "0.0.0.0", port: 80 })
  void alice.network.connect({ kind: "tcp", host: "bob", port: 80 }).then((stream) => {
    stream.write(new TextEncoder().encode("hello"))
    stream.end()
  })
  void accept(listener).then((stream) =>
    stream.readInto({ data: () => {}, end: () => void bob.store.write("seen", new Uint8Array(3)), close: () => {} }),
  )
  bob.clock.setTimer(10, () => void bob.store.remove("seen"))
  await world.runUntilIdle()
  expect(lines).toMatchInlineSnapshot(`
    [
      "1 alice>bob 10.0.0.2:80 connect",
      "2 alice>bob 10.0.0.2:80 connected",
      "3 alice:49152>bob:80 data 5 4f9f2cab",
      "3 alice:49152>bob:80 end",
      "3 bob store write seen 3 4ab0f7b7",
      "10 bob timer",
      "10 bob store remove seen",
    ]
  `)
})
