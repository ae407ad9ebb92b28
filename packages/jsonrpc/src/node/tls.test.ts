import { expect, test } from "vitest"
import localhost from "./fixtures/localhost.json" with { type: "json" }
import { openConnection, requestHandler, serve } from "./index.ts"

const schemes = ["tls", "tcp+tls", "wss", "https"] as const

test.each(schemes)("%s: a client calls a server whose certificate it trusts", async (scheme) => {
  const handler = requestHandler(({ params }) => params)
  await using server = await serve(handler, { listen: [`${scheme}://127.0.0.1:0`], tls: localhost })
  await using connection = await openConnection(server.addresses[0], { tls: { ca: localhost.cert } })
  expect(await connection.request("echo", [1])).toEqual([1])
})

test.each(schemes)("%s: a server that cannot be verified is refused, and one of another name", async (scheme) => {
  const ran: string[] = []
  const handler = requestHandler(({ method }) => ran.push(method))
  await using server = await serve(handler, { listen: [`${scheme}://127.0.0.1:0`], tls: localhost })
  const attempt = async (tls?: object): Promise<unknown> => {
    const connection = await openConnection(server.addresses[0], tls === undefined ? {} : { tls })
    try {
      return await connection.request("x")
    } finally {
      await connection.close()
    }
  }
  const refused = (why: string) => ({ sent: "no", message: expect.stringContaining(why) as string })
  await expect(attempt()).rejects.toMatchObject(refused("self-signed"))
  await expect(attempt({ ca: localhost.cert, servername: "other.example" })).rejects.toMatchObject(
    refused("other.example"),
  )
  expect(ran).toEqual([])
})
