// Written by dchat-rpc from examples/jsonrpc/client.signatures. Change that, not this.
import { type ClientOf, contract, method, string } from "@dchat/jsonrpc"

export const fromFile = contract({
  hello: method({ params: [["input", string]], result: string }),
  "🙂": method({ params: [["input", string]], result: string }),
  bye: method({ params: [["input", string]], result: string }),
  justHello: method({ result: string }),
})

export type FromFileClient = ClientOf<typeof fromFile>
