import { expect, test } from "vitest"
import { toNetworkError } from "./network-error.ts"

test.each(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"])(
  "%s is said to be this computer's own lack, and what to do",
  (code) => {
    const cause = Object.assign(new Error(`connect ${code}`), { code })
    expect(toNetworkError(cause, "cannot connect to 10.0.0.1:80")).toMatchObject({
      code: "no-resources",
      message: expect.stringMatching(
        /^cannot connect to 10.0.0.1:80: this computer has no room .* raise its limits/,
      ) as string,
      cause,
    })
  },
)

test("of several attempts the first one counts", () => {
  const causes = ["ECONNREFUSED", "EMFILE"].map((code) => Object.assign(new Error(code), { code }))
  expect(toNetworkError(new AggregateError(causes), "cannot connect")).toMatchObject({ code: "refused" })
})
