import { expect, test } from "vitest"
import { Failure, present } from "./failure.ts"

test("a failure is its text, on one line", () => {
  expect(present(new Failure("the port is in use"), false)).toBe("the port is in use")
})

test("an error that nobody expected is said to be one, on one line", () => {
  expect(present(new TypeError("x is undefined\nhere"), false)).toBe(
    "unexpected error: x is undefined; run it again with -v to see where",
  )
  expect(present("text", false)).toBe("unexpected error: text; run it again with -v to see where")
})

test("verbose shows the stacks of the error and of its causes", () => {
  const error = new Failure("outer", { cause: new Error("inner", { cause: "innermost" }) })
  expect(present(error, true)).toMatch(
    /^Failure: outer\n +at [^]*\ncaused by Error: inner\n +at [^]*\ncaused by innermost$/,
  )
})
