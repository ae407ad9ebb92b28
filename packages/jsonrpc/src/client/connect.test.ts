import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { contract, type Contract } from "../contract/contract.ts"
import { requestHandler } from "../server/request-handler.ts"
import { serve } from "../server/serve.ts"
import { connect } from "./connect.ts"

const runtime = () => virtualWorld().host({ name: "here" })

test("who gives no contract is told so, and what to use, before anything is dialled", async () => {
  for (const nothing of [undefined, {}, { runtime: runtime() }]) {
    const attempt = connect("tcp://10.0.0.1:1", nothing as unknown as Contract, { runtime: runtime() })
    await expect(attempt).rejects.toThrow(/^connect takes a URL and a contract; .*openConnection\(url\)$/)
    await expect(attempt).rejects.toBeInstanceOf(TypeError)
  }
})

test("serve takes a list of URLs, and says so to who gives a text or nothing", async () => {
  for (const listen of ["tcp://10.0.0.1:1", undefined, []]) {
    const attempt = serve(
      requestHandler(() => 1),
      { listen: listen as unknown as [string], runtime: runtime() },
    )
    await expect(attempt).rejects.toThrow('the option listen is a list of URLs, one at least: { listen: ["tcp://')
    await expect(attempt).rejects.toBeInstanceOf(TypeError)
  }
})

test("who forgets the runtime, which plain JavaScript lets pass, is told where there is one", async () => {
  await expect(connect("tcp://127.0.0.1:1", contract({}), undefined as never)).rejects.toThrow(
    /option runtime.*jsonrpc\/node/,
  )
})
