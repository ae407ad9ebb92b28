import { contract, error, list, method, notification, number, object, router, string, unknown } from "@dchat/jsonrpc"

/** The methods that the vectors call, as a contract. */
const methods = contract({
  subtract: method({
    params: [
      ["minuend", number],
      ["subtrahend", number],
    ],
    result: number,
  }),
  sum: method({
    params: [
      ["a", number],
      ["b", number],
      ["c", number],
    ],
    result: number,
  }),
  update: notification({ surplus: "ignore" }),
  getData: method({ name: "get_data", result: list(unknown) }),
  nothing: method({ surplus: "ignore" }),
  accept: method({ params: [["value", unknown]], result: unknown }),
  echo: method({ params: [["value", unknown]], result: unknown }),
  "🙂": method({ params: [["name", string]], result: string }),
  later: method({ result: string }),
  fail: method(),
  refuse: method({ errors: { refused: error(1001, { data: object({ why: string }) }) } }),
})

const { refused: Refused } = methods.definitions.refuse.errors

/** A server of ours that offers them. */
export const ourMethods = router(methods, {
  subtract: ([minuend, subtrahend]) => minuend - subtrahend,
  sum: async ([a, b, c]) => a + b + c,
  update: () => {},
  getData: () => ["hello", 5],
  nothing: () => {},
  accept: () => true,
  echo: ([value]) => value,
  "🙂": ([name]) => `🙂 ${name}`,
  later: async () => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    return "later"
  },
  fail: () => {
    throw new Error("the password is swordfish")
  },
  refuse: () => {
    throw new Refused({ why: "because" })
  },
})
