import fc from "fast-check"
import { expect, expectTypeOf, test } from "vitest"
import type { ClientOf } from "../../client/client.ts"
import { client } from "../../client/make-client.ts"
import { Connection } from "../../connection/connection.ts"
import type { JsonText } from "../../message/json-text.ts"
import { requestHandler } from "../../server/request-handler.ts"
import { router } from "../../server/router.ts"
import { memoryPair } from "../../transport/memory.ts"
import { ContractError } from "../contract-error.ts"
import { parseSignatures } from "./parse.ts"
import { SignatureError } from "./signature-error.ts"
import { signature, signatures } from "./signatures.ts"

const greetings = signatures(`
  // Everything that greets.
  hello(input: string): string
  🙂(input: string): string; justHello(): string
  \`any (name)\`(a: number, b?: integer[]): { sum: number; parts?: (number | null)[][], note: string } | null // at the end
  empty()
  reset(on: boolean): void
  forms(a: bigint, b: bytes, c: date, d: json, e: any, f: unknown): null
`)

test("the compiler types a client from the text", () => {
  type Api = ClientOf<typeof greetings>
  expectTypeOf<Api["hello"]>().toEqualTypeOf<(argument: string) => Promise<string>>()
  expectTypeOf<Api["🙂"]>().toEqualTypeOf<(argument: string) => Promise<string>>()
  expectTypeOf<Api["justHello"]>().toEqualTypeOf<() => Promise<string>>()
  expectTypeOf<Parameters<Api["any (name)"]>>().toEqualTypeOf<[argument: number, argument?: number[] | undefined]>()
  expectTypeOf<Awaited<ReturnType<Api["any (name)"]>>>().toEqualTypeOf<{
    sum: number
    parts?: (number | null)[][] | undefined
    note: string
  } | null>()
  expectTypeOf<Api["empty"]>().toEqualTypeOf<() => Promise<void>>()
  expectTypeOf<Api["reset"]>().toEqualTypeOf<(argument: boolean) => Promise<void>>()
  expectTypeOf<Parameters<Api["forms"]>>().toEqualTypeOf<
    [argument: bigint, argument: Uint8Array, argument: Date, argument: JsonText, argument?: unknown, argument?: unknown]
  >()
  expectTypeOf<Api>().not.toHaveProperty("nope")
  expectTypeOf(signatures(["a(x: string): number", "b()"])).toEqualTypeOf(signatures("a(x: string): number; b()"))
  const text: string = "a()"
  const unknownToTheCompiler = signatures(text)
  expectTypeOf<ClientOf<typeof unknownToTheCompiler>["a"]>().toEqualTypeOf<(...args: unknown[]) => Promise<unknown>>()
})

test("a signature may go on over several lines", () => {
  const long = signatures(`
    find(
      room: string, // where
      limit?: number,
    ): {
      at: number;
      text: string
    }[]
      | null
    next()
      : string[
    ]; last(): null`)
  type Api = ClientOf<typeof long>
  expectTypeOf<Api["find"]>().toEqualTypeOf<
    (argument: string, argument_1?: number) => Promise<{ at: number; text: string }[] | null>
  >()
  expectTypeOf<Api["next"]>().toEqualTypeOf<() => Promise<string[]>>()
  expectTypeOf<Api["last"]>().toEqualTypeOf<() => Promise<null>>()
  expect(Object.keys(long.definitions)).toEqual(["find", "next", "last"])
})

test("text that is no signature is no contract for the compiler either", () => {
  expectTypeOf<ReturnType<typeof signatures<"hello(input: strin): string">>>().toBeNever()
  expectTypeOf<ReturnType<typeof signatures<"a(): string; b(">>>().toBeNever()
  expect(() => signatures("a(): string; b(")).toThrow(SignatureError)
})

test("what the compiler promises is checked when the program runs", async () => {
  const handler = router(signatures("hello(input: string): string; sum(a: number, b?: number): number"), {
    hello: ([input]) => `Hello ${input}`,
    sum: ([a, b = 0]) => a + b,
  })
  expect(await handler.execute("hello", ["Daisy"])).toBe("Hello Daisy")
  expect(await handler.execute("hello", { input: "Daisy" })).toBe("Hello Daisy")
  expect(await handler.execute("sum", [1])).toBe(1)
  await expect(handler.execute("hello", [1])).rejects.toMatchObject({ code: -32602 })
  const [near, far] = memoryPair()
  const server = new Connection(far, { handler: requestHandler(() => 7).handle })
  const api = client(new Connection(near), greetings)
  await expect(api["🙂"]("Daisy")).rejects.toMatchObject({ code: "invalid-result" })
  await Promise.all([api.close(), server.close()])
})

test("one signature can have a name of one's own", async () => {
  const bye = signature("sayBye", "bye(input: string): string")
  expectTypeOf<ClientOf<typeof bye>["sayBye"]>().toEqualTypeOf<(argument: string) => Promise<string>>()
  const handler = router(bye, { sayBye: ([input]) => `Bye ${input}` })
  expect(await handler.execute("bye", ["Daisy"])).toBe("Bye Daisy")
  expect(() => signature("x", "a(); b()")).toThrow(ContractError)
  expect(() => signatures("then()")).toThrow(ContractError)
})

test.each([
  ["hello(input: strin): string", 1, 14, 'there is no type "strin"'],
  ["a()\nb(x: number,\n  y number)", 3, 5, 'expected ":", got "n"'],
  ["a() b()", 1, 5, 'expected ";" or the end of the line, got "b"'],
  ["🙂(x", 1, 4, 'expected ":", got the end of the text'],
  ["a(x: string[)", 1, 13, 'expected "]", got ")"'],
  ["a(x: { y: null)", 1, 15, 'expected "," or ";" or "}", got ")"'],
  ["a(x: null, x: null)", 1, 12, '"x" is there twice'],
  ["a(); a()", 1, 6, 'there are two signatures of "a"'],
  ["(x: null)", 1, 1, 'expected the name of a method, got "("'],
  [`a(x: ${"(".repeat(100)}`, 1, 70, "types are nested more than 64 deep"],
])("%j is refused with line and column", (text, line, column, reason) => {
  const error = (() => {
    try {
      return parseSignatures(text)
    } catch (error) {
      return error
    }
  })()
  expect(error).toBeInstanceOf(SignatureError)
  expect(error).toMatchObject({ line, column, reason: expect.stringContaining(reason) as unknown })
})

test("any text is read or refused, and nothing else happens", () => {
  const piece = fc.constantFrom(
    "a",
    "b",
    "(",
    ")",
    ":",
    ";",
    ",",
    "?",
    "|",
    "[]",
    "{",
    "}",
    "string",
    "void",
    "`",
    "//",
    "\n",
    " ",
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      try {
        parseSignatures(pieces.join(""))
      } catch (error) {
        expect(error).toBeInstanceOf(SignatureError)
      }
    }),
  )
})
