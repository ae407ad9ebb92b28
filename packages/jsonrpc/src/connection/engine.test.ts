import fc from "fast-check"
import { expect, test } from "vitest"
import { darkfiDialect } from "../dialect/darkfi.ts"
import { Engine, type EngineEvent, type IncomingCall } from "./engine.ts"
import { InvalidResponseError, MissingResponseError } from "./errors.ts"
import { PendingCall } from "./pending-calls.ts"

const engine = (): Engine => new Engine()
const result = (id: unknown, value: unknown) => ({ jsonrpc: "2.0", id, result: value })
const receive = (side: Engine, message: unknown) => side.receive(JSON.stringify(message))

/** Sends a batch of `count` calls; gives them. */
function sendBatch(side: Engine, count: number): PendingCall[] {
  const calls = Array.from({ length: count }, () => new PendingCall())
  side.batch(calls.map((call) => ({ method: "m", params: undefined, call })))
  return calls
}

test("a call is resolved by the response with its id, in any order", () => {
  const side = engine()
  const [first, second] = [new PendingCall(), new PendingCall()]
  expect(JSON.parse(side.request("a", [1], first))).toEqual({ jsonrpc: "2.0", id: 1, method: "a", params: [1] })
  expect(JSON.parse(side.request("b", undefined, second))).toEqual({ jsonrpc: "2.0", id: 2, method: "b" })
  expect(receive(side, result(2, "B"))).toEqual([{ kind: "resolved", call: second, value: "B" }])
  expect(receive(side, result(1, null))).toEqual([{ kind: "resolved", call: first, value: null }])
  expect(side.pending.size).toBe(0)
})

test("ids are texts where that is wished: an answer under the number belongs to nobody", () => {
  const side = new Engine({ ids: "texts" })
  const [first, second, third] = [new PendingCall(), new PendingCall(), new PendingCall()]
  expect(JSON.parse(side.request("a", [1], first))).toEqual({ jsonrpc: "2.0", id: "1", method: "a", params: [1] })
  const batch = JSON.parse(
    side.batch([second, third].map((call) => ({ method: "b", params: undefined, call }))),
  ) as unknown
  expect(batch).toMatchObject([{ id: "2" }, { id: "3" }])
  expect([first, second, third].map(({ id }) => id)).toEqual(["1", "2", "3"])
  expect(receive(side, result(1, "A"))).toMatchObject([{ kind: "stray", late: false }])
  expect(receive(side, result("1", "A"))).toEqual([{ kind: "resolved", call: first, value: "A" }])
  expect(receive(side, result("1", "A"))).toMatchObject([{ kind: "stray", late: true }])
  for (const foreign of ["01", "1.0", " 1", "4", "0", ""]) {
    expect(receive(side, result(foreign, "A"))).toMatchObject([{ kind: "stray", late: false }])
  }
  expect(receive(side, [result("3", "C"), result("2", "B")])).toMatchObject([{ call: third }, { call: second }])
})

test("an answer that comes late, twice, or to nobody is a stray and changes nothing", () => {
  const side = engine()
  const call = new PendingCall()
  side.request("a", undefined, call)
  expect(side.forget(call)).toBe(true)
  expect(side.forget(call)).toBe(false)
  expect(receive(side, result(1, 1))).toMatchObject([{ kind: "stray", late: true }])
  expect(receive(side, result(2, 1))).toMatchObject([{ kind: "stray", late: false }])
  expect(receive(side, result("1", 1))).toMatchObject([{ kind: "stray", late: false }])
})

test('the ids 1 and "1" are two', () => {
  const side = engine()
  const call = new PendingCall()
  side.request("a", undefined, call)
  expect(receive(side, result("1", 1))).toMatchObject([{ kind: "stray" }])
  expect(side.pending.size).toBe(1)
})

test("a broken response fails its call and is not answered", () => {
  for (const broken of [
    { result: 1 },
    { jsonrpc: "2.0" },
    { jsonrpc: "2.0", error: "x" },
    { jsonrpc: "2.0", result: 1, error: { code: 1, message: "" } },
  ]) {
    const side = engine()
    const call = new PendingCall()
    side.request("a", undefined, call)
    const [event, ...rest] = receive(side, { id: 1, ...broken })
    expect(event).toMatchObject({ kind: "rejected", call, error: expect.any(InvalidResponseError) })
    expect(rest).toEqual([])
  }
})

test("parameters that are no JSON leave nothing behind", () => {
  const side = engine()
  expect(() => side.request("a", [1n], new PendingCall())).toThrow(TypeError)
  expect(() =>
    side.batch([
      { method: "a", params: [], call: new PendingCall() },
      { method: "a", params: [1n], call: new PendingCall() },
    ]),
  ).toThrow(TypeError)
  expect(side.pending.size).toBe(0)
  const call = new PendingCall()
  expect(JSON.parse(side.request("a", [], call))).toMatchObject({ id: call.id })
  expect([...side.pending.values()]).toEqual([call])
})

test("the replies to a batch are one list, in the order of the requests, whichever is ready first", () => {
  const side = engine()
  const events = receive(side, [
    { jsonrpc: "2.0", method: "a", id: "A" },
    { jsonrpc: "2.0", method: "n" },
    1,
    { jsonrpc: "2.0", method: "b", id: "B" },
  ])
  expect(events.map((event) => event.kind)).toEqual(["request", "notification", "request"])
  const [a, , b] = events as [IncomingCall, EngineEvent, IncomingCall]
  expect(side.reply(b, 2)).toBeUndefined()
  const text = side.replyError(a, { code: 7, message: "no" })
  expect(JSON.parse(text ?? "")).toEqual([
    { jsonrpc: "2.0", id: "A", error: { code: 7, message: "no" } },
    { jsonrpc: "2.0", id: null, error: { code: -32600, message: "Invalid Request", data: expect.any(String) } },
    result("B", 2),
  ])
})

test("what the answer to a batch leaves out fails", () => {
  const side = engine()
  const other = new PendingCall()
  side.request("other", undefined, other)
  const [a, b, c] = sendBatch(side, 3)
  expect(receive(side, [result(4, "c"), result(2, "a")])).toEqual([
    { kind: "resolved", call: c, value: "c" },
    { kind: "resolved", call: a, value: "a" },
    { kind: "rejected", call: b, error: expect.any(MissingResponseError) },
  ])
  expect([...side.pending.values()]).toEqual([other])
})

test("an error without an id may be the answer to one of ours, and fails no call then", () => {
  const side = engine()
  const call = new PendingCall()
  side.request("add", [1, 2], call)
  expect(receive(side, { notification: "news", params: [1] })).toMatchObject([{ kind: "reply" }])
  const theirs = { jsonrpc: "2.0", id: null, error: { code: -32602, message: "Method not specified" } }
  expect(receive(side, theirs)).toMatchObject([{ kind: "stray", late: false }])
  expect(receive(side, { jsonrpc: "2.0", id: 1, result: 3 })).toMatchObject([{ kind: "resolved", call, value: 3 }])
})

test("an error without an id belongs to the only message that waits, a call or a whole batch", () => {
  const nameless = { jsonrpc: "2.0", id: null, error: { code: -32600, message: "no batches here" } }
  const alone = engine()
  const [a, b] = sendBatch(alone, 2)
  expect(receive(alone, nameless)).toMatchObject([
    { kind: "rejected", call: a },
    { kind: "rejected", call: b },
  ])

  const one = engine()
  one.request("a", undefined, new PendingCall())
  expect(receive(one, nameless)).toMatchObject([{ kind: "rejected" }])

  const crowd = engine()
  sendBatch(crowd, 2)
  crowd.request("a", undefined, new PendingCall())
  expect(receive(crowd, nameless)).toMatchObject([{ kind: "stray", late: false }])
  expect(receive(engine(), nameless)).toMatchObject([{ kind: "stray", late: false }])
})

test("DarkFi answers an id of digits as a number, and words the standard errors in its way", () => {
  const side = new Engine({ dialect: darkfiDialect })
  const id = (id: unknown) => (receive(side, { jsonrpc: "2.0", method: "m", id }) as IncomingCall[])[0]?.id
  expect([id("42"), id("-7"), id("abc"), id("4.5"), id(""), id("99999999999999999999"), id(3)]).toEqual([
    42,
    -7,
    "abc",
    "4.5",
    "",
    "99999999999999999999",
    3,
  ])
  expect(side.receive("x")).toEqual([
    { kind: "reply", text: '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}' },
  ])
})

test("two engines never answer each other for ever, whatever one of them is told", () => {
  const member = fc.constantFrom("jsonrpc", "id", "method", "params", "result", "error")
  const message = fc.dictionary(member, fc.oneof(fc.constant("2.0"), fc.nat(3), fc.jsonValue()), {
    noNullPrototype: true,
  })
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    message.map((x) => JSON.stringify(x)),
    fc.array(message).map((x) => JSON.stringify(x)),
  )
  fc.assert(
    fc.property(text, fc.boolean(), (text, isWaiting) => {
      const [left, right] = [engine(), engine()]
      if (isWaiting) for (const side of [left, right]) sendBatch(side, 3)
      const answers = left.receive(text).flatMap((event) => (event.kind === "reply" ? [event.text] : []))
      const back = answers.flatMap((answer) => right.receive(answer))
      expect(back.filter((event) => event.kind === "reply")).toEqual([])
    }),
    { numRuns: 1000 },
  )
})
