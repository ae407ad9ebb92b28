import { expect, test } from "vitest"
import {
  ApplicationError,
  InternalError,
  InvalidParamsError,
  InvalidRequestError,
  MethodNotFoundError,
  ParseError,
  ServerError,
} from "./errors.ts"
import { RpcError, rpcErrorFrom } from "./rpc-error.ts"

test("an error that comes in has the class of its code", () => {
  const classOf = (code: number) => rpcErrorFrom({ code, message: "m" }).constructor
  expect(classOf(-32700)).toBe(ParseError)
  expect(classOf(-32600)).toBe(InvalidRequestError)
  expect(classOf(-32601)).toBe(MethodNotFoundError)
  expect(classOf(-32602)).toBe(InvalidParamsError)
  expect(classOf(-32603)).toBe(InternalError)
  expect(classOf(-32000)).toBe(ServerError)
  expect(classOf(-32099)).toBe(ServerError)
  expect(classOf(-32100)).toBe(RpcError)
  expect(classOf(-32768)).toBe(RpcError)
  expect(classOf(-32769)).toBe(ApplicationError)
  expect(classOf(5)).toBe(ApplicationError)
})

test("an error keeps its text and its data on the way there and back", () => {
  for (const code of [-32700, -32602, -32050, -32300, 5]) {
    const object = { code, message: "told so", data: { because: [1] } }
    expect(rpcErrorFrom(object).toObject()).toEqual(object)
  }
  expect(new MethodNotFoundError().toObject()).toEqual({ code: -32601, message: "Method not found" })
})

test("what a standard error says in its data stands in the message, too, and once", () => {
  const first = rpcErrorFrom({ code: -32602, message: "Invalid params", data: "b: expected a number" })
  expect(first).toMatchObject({ message: "Invalid params: b: expected a number", data: "b: expected a number" })
  expect(rpcErrorFrom(first.toObject()).message).toBe(first.message)
  expect(new InvalidParamsError("b: expected a number").toObject().message).toBe("Invalid params")
  for (const [code, data] of [
    [-32000, "0x08c379a0"],
    [7, "why"],
    [-32602, { b: 1 }],
  ] as const) {
    expect(rpcErrorFrom({ code, message: "m", data }).message).toBe("m")
  }
})

test("codes outside of their range are refused where the error is made", () => {
  expect(() => new ApplicationError(-32000, "x")).toThrow(RangeError)
  expect(() => new ApplicationError(1.5, "x")).toThrow(RangeError)
  expect(() => new ServerError(-31999, "x")).toThrow(RangeError)
})
