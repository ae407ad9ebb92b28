import { expect, test } from "vitest"
import { Connection, spawnTransport } from "./index.ts"

const echo = `
  process.stdin.setEncoding("utf8")
  let rest = ""
  process.stdin.on("data", (text) => {
    const lines = (rest + text).split("\\n")
    rest = lines.pop()
    for (const line of lines) {
      const { id, params, method } = JSON.parse(line)
      if (method === "exit") process.exit(params[0])
      console.log(JSON.stringify({ jsonrpc: "2.0", id, result: params }))
    }
  })
`

test("a program that is started answers through its pipes, and ends when it is closed", async () => {
  const connection = new Connection(await spawnTransport(process.execPath, ["-e", echo]))
  const calls = Array.from({ length: 100 }, (_, n) => connection.request("echo", [n, "é".repeat(1000)]))
  expect(await Promise.all(calls)).toEqual(calls.map((_, n) => [n, "é".repeat(1000)]))
  await connection.close()
  expect(await connection.closed).toBeUndefined()
})

test("a program that ends by itself fails the calls that wait", async () => {
  const connection = new Connection(await spawnTransport(process.execPath, ["-e", echo]))
  const failure = { code: "closed", sent: "maybe", message: expect.stringContaining("the program ended with status 3") }
  await expect(connection.request("exit", [3])).rejects.toMatchObject(failure)
  expect(await connection.closed).toMatchObject({ message: "the program ended with status 3" })
  await connection.close()
})

test("a program that ends in good order is not said to have failed", async () => {
  const connection = new Connection(await spawnTransport(process.execPath, ["-e", echo]))
  const failure = { code: "closed", message: expect.not.stringContaining("status") }
  await expect(connection.request("exit", [0])).rejects.toMatchObject(failure)
  expect(await connection.closed).toBeUndefined()
})

test("a program that is killed is said to have been", async () => {
  const connection = new Connection(
    await spawnTransport(process.execPath, ["-e", "process.kill(process.pid, 'SIGKILL')"]),
  )
  await expect(connection.request("anything")).rejects.toThrow("the program ended with SIGKILL")
})

test("a program that will not end is made to", async () => {
  const stubborn = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("1")`
  const transport = await spawnTransport(process.execPath, ["-e", stubborn], { graceMs: 20 })
  await new Promise<void>((resolve) =>
    transport.readInto({ messages: () => resolve(), end: () => {}, close: () => {} }),
  )
  await transport.close()
  expect(transport.remote).toContain("process:")
})

test("a program that is not there is said so", async () => {
  await expect(spawnTransport("/no/such/program")).rejects.toMatchObject({ code: "connect" })
})
