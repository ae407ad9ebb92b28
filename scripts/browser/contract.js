// What the page, its worker and the server agree on.
import { contract, integer, list, method, number, string, unknown } from "@dchat/jsonrpc"

export const api = contract({
  add: method({
    params: [
      ["a", number],
      ["b", number],
    ],
    result: number,
  }),
  echo: method({ params: [["value", unknown]], result: unknown }),
  callBack: method({ params: [["times", integer]], result: list(string) }),
})
