import { virtualWorld } from "@dchat/runtime/virtual"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { Connection } from "../connection/connection.ts"
import { ApplicationError } from "./errors.ts"
import { parseMessage } from "./parse.ts"
import { memoryPair } from "../transport/memory.ts"
import type { Frame } from "../framing/framing.ts"

/** What a connection answers to a text, as it was written. */
async function answersTo(text: string): Promise<readonly Frame[]> {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const handler = ({ method }: { readonly method: string }): string => {
    if (method === "fail") throw new ApplicationError(1, "no")
    return "yes"
  }
  const connection = new Connection(near, { clock, handler })
  const frames: Frame[] = []
  far.readInto({ messages: (more) => frames.push(...more), end: () => {}, close: () => {} })
  far.send(text)
  far.flush()
  await world.runUntilIdle()
  expect(connection.status).toBe("open")
  return frames
}

/** Whole numbers of up to 40 digits, and numbers beyond 2^53 that are written with a power of ten. */
const numbers = fc.oneof(
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String),
  fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 30n }), fc.integer({ min: 16, max: 30 })).map(([n, e]) => `${n}.5e${e}`),
)

test("an id that is a number comes back exactly as it was sent, to the last digit", async () => {
  await fc.assert(
    fc.asyncProperty(numbers, fc.constantFrom("ok", "fail"), async (id, method) => {
      const [answer] = await answersTo(`{"jsonrpc":"2.0", "id": ${id} ,"method":"${method}"}`)
      expect(answer).toContain(`"id":${id},`)
    }),
    { numRuns: 200 },
  )
})

test("so it does in a batch, and when the request is broken", async () => {
  const [a, b, c] = ["9007199254740993", "-12345678901234567890", "0.10"]
  const batch = `[{"jsonrpc":"2.0","id":${a},"method":"ok"},{"jsonrpc":"2.0","id":${b},"method":1},{"jsonrpc":"2.0","id":${c},"method":"fail"}]`
  const [answer] = await answersTo(batch)
  for (const id of [a, b, c]) expect(answer).toContain(`"id":${id},`)
  expect((await answersTo(`{"jsonrpc":"2.0","id":${a},"method":[]}`))[0]).toContain(`"id":${a},"error"`)
})

test("an ordinary id costs nothing more, and one that is written too long is answered as JavaScript has it", async () => {
  expect(parseMessage('{"jsonrpc":"2.0","id":1,"method":"m"}')).not.toHaveProperty("exactId")
  const long = `0.${"1".repeat(300)}`
  expect((await answersTo(`{"jsonrpc":"2.0","id":${long},"method":"ok"}`))[0]).toContain('"id":0.1111111111111111,')
})
