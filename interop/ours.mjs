/** Our side of every test: one contract, a server for it, and what a client of ours is tried with. */
import { contract, error, method, notification, number, router, serve, unknown } from "@dchat/jsonrpc/node"

export const api = contract({
  add: method({
    params: [
      ["a", number],
      ["b", number],
    ],
    result: number,
  }),
  echo: method({ params: [["value", unknown]], result: unknown }),
  nothing: method(),
  fail: method({ errors: { Refused: error(4001, { message: "refused" }) } }),
  note: notification({ params: [["text", unknown]] }),
  notes: method({ result: unknown }),
})

/** What our servers do. */
export function ourRouter() {
  const notes = []
  return router(api, {
    add: ([a, b]) => a + b,
    echo: ([value]) => value,
    nothing: () => {},
    fail: () => {
      throw new api.definitions.fail.errors.Refused()
    },
    note: ([text]) => void notes.push(text),
    notes: () => notes,
  })
}

/** Starts our server on any port. `at` is its URL, `port` its port. */
export async function ourServer(url, options = {}) {
  const server = await serve(ourRouter(), { listen: [url], ...options })
  const at = server.addresses[0]
  return { at, port: Number(new URL(at).port), [Symbol.asyncDispose]: () => server.stop() }
}

/** What a promise rejects with. */
export async function failureOf(promise) {
  try {
    await promise
  } catch (failure) {
    return failure
  }
  throw new Error("it should have failed")
}

/** What every peer's server is asked. `can` says what it is able to do. */
export async function askTheirs(client, check, can = {}) {
  check("add", await client.add(1, 2), 3)
  check("text beyond ASCII", await client.echo("é🙂 \u2028"), "é🙂 \u2028")
  const many = Array.from({ length: 200 }, (_, i) => i)
  check(
    "200 calls at once",
    await Promise.all(many.map((i) => client.add(i, 1))),
    many.map((i) => i + 1),
  )
  const unknownMethod = await failureOf(client.$call("no_such_method"))
  check("a method that is not there", unknownMethod.code, -32601)
  if (can.null !== false) check("null as a result", await client.echo(null), null)
  if (can.names === true) check("parameters by name", await client.$call("add", { a: 1, b: 2 }), 3)
  if (can.batch === true) {
    const outcomes = await client.$batch((calls) => [calls.add(1, 2), calls.add(3, 4), calls.$call("no_such_method")])
    check(
      "a batch",
      outcomes.map(({ ok, value }) => (ok ? value : "error")),
      [3, 7, "error"],
    )
  }
}
