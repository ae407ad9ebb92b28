import { expect, test } from "vitest"
import {
  Closed,
  isStopped,
  isTimeout,
  Leaked,
  Misuse,
  Overflow,
  RetriesExhausted,
  Stopped,
  TaskError,
  TimeoutError,
} from "./index.ts"

test("every error has its name, its code, and one class above it", () => {
  const errors = [
    new Stopped(),
    new TimeoutError(5),
    new Closed("x"),
    new Overflow("x"),
    new Leaked("x"),
    new Misuse("x"),
    new RetriesExhausted(2, new Error("why")),
  ]
  expect(errors.map((error) => [error.name, error.code])).toEqual([
    ["Stopped", "stopped"],
    ["TimeoutError", "timeout"],
    ["Closed", "closed"],
    ["Overflow", "overflow"],
    ["Leaked", "leaked"],
    ["Misuse", "misuse"],
    ["RetriesExhausted", "retries-exhausted"],
  ])
  expect(errors.every((error) => error instanceof TaskError)).toBe(true)
})

test("a service can have a stop error of its own", () => {
  class RpcServerStopped extends Stopped {
    override readonly name = "RpcServerStopped"
    override readonly code = "rpc-server-stopped"
  }
  const error = new RpcServerStopped()
  expect(isStopped(error)).toBe(true)
  expect(String(error)).toBe("RpcServerStopped: stopped")
})

test("the guards know the platform's own errors too", () => {
  const controller = new AbortController()
  controller.abort()
  expect(isStopped(controller.signal.reason)).toBe(true)
  expect(isTimeout(new DOMException("late", "TimeoutError"))).toBe(true)
  expect([isStopped(new Error("x")), isStopped("stopped"), isStopped(new TimeoutError(1))]).toEqual([
    false,
    false,
    false,
  ])
  expect([isTimeout(new Error("x")), isTimeout("timeout"), isTimeout(new Stopped())]).toEqual([false, false, false])
})

test("exhausted retries say how often and why", () => {
  const cause = new Error("refused")
  expect(new RetriesExhausted(3, cause)).toMatchObject({
    message: "failed 3 times, last with: refused",
    cause,
    attempts: 3,
  })
  expect(new RetriesExhausted(1, "text").message).toBe("failed 1 times, last with: text")
})
