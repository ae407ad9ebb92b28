// The server that the other examples call.
import { contract, error, method, notification, router, serve, string, type Server } from "@dchat/jsonrpc/node"

/** Thrown on the server, met by `instanceof` on the client. */
export const NobodyThere = error(1001, { message: "there is nobody of that name" })

export const hello = contract({
  hello: method({ params: [["input", string]], result: string, errors: { NobodyThere } }),
  justHello: method({ result: string }),
  "🙂": method({ params: [["input", string]], result: string }),
  bye: method({ params: [["input", string]], result: string }),
  empty: notification(),
})

/** Serves it on a free port; what is told by notification goes to `heard`. */
export function startHelloServer(heard: (method: string) => void = () => {}): Promise<Server> {
  const handler = router(hello, {
    hello: ([input]) => {
      if (input === "") throw new NobodyThere()
      return `Hello ${input}`
    },
    justHello: () => "Hello",
    "🙂": ([input]) => `🙂 ${input}`,
    bye: ([input]) => `Bye ${input}`,
    empty: () => heard("empty"),
  })
  return serve(handler, { listen: ["tcp://127.0.0.1:0"] })
}
