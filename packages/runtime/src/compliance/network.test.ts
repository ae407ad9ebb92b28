import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import type { Listener } from "../index.ts"
import { accept, bytes, Inbox, LABS, sleep } from "./lab.test-kit.ts"

describe.each(LABS)("the %s network", (name, makeLab) => {
  const lab = makeLab()
  const inLab = (scenario: () => Promise<void>) => () => lab.run(scenario)
  const listen = (port = 0): Promise<Listener> => lab.there.network.listen({ kind: "tcp", host: lab.host, port })

  test(
    "a listener that asks for any port is told which",
    inLab(async () => {
      const listener = await listen()
      expect(listener.address).toMatchObject({ kind: "tcp", host: lab.host })
      expect(listener.address.kind === "tcp" && listener.address.port).toBeGreaterThan(1023)
      await listener.close()
    }),
  )

  test(
    "connecting where nobody listens is refused, in words",
    inLab(async () => {
      const listener = await listen()
      await listener.close()
      const address = `${lab.host}:${listener.address.kind === "tcp" ? listener.address.port : 0}`
      await expect(lab.here.network.connect(listener.address)).rejects.toMatchObject({
        name: "NetworkError",
        code: "refused",
        message: `cannot connect to ${address}: nothing listens there; start the other side, or check the port`,
      })
    }),
  )

  test(
    "a port is listened on once",
    inLab(async () => {
      const listener = await listen()
      const port = listener.address.kind === "tcp" ? listener.address.port : 0
      await expect(listen(port)).rejects.toMatchObject({
        code: "address-in-use",
        message: `cannot listen on ${lab.host}:${port}: the port is in use; stop the other program or choose another port`,
      })
      await listener.close()
      const again = await listen(port)
      await again.close()
    }),
  )

  test(
    "an address that is not this computer's cannot be listened on, nor dialled from",
    inLab(async () => {
      const foreign = { kind: "tcp", host: "192.0.2.1", port: 0 } as const
      await expect(lab.there.network.listen(foreign)).rejects.toMatchObject({ code: "address-not-available" })
      const listener = await listen()
      await expect(lab.here.network.connect(listener.address, { localHost: "192.0.2.1" })).rejects.toMatchObject({
        code: "address-not-available",
      })
      await listener.close()
    }),
  )

  test(
    "a connection can come from any address of the loopback interface",
    inLab(async () => {
      const listener = await lab.here.network.listen({ kind: "tcp", host: "127.0.0.1", port: 0 })
      const [client, server] = await Promise.all([
        lab.here.network.connect(listener.address, { localHost: "127.0.0.9" }),
        accept(listener),
      ])
      expect(server.remoteAddress).toMatchObject({ host: "127.0.0.9" })
      await Promise.all([client.close(), server.close(), listener.close()])
    }),
  )

  test(
    "IPv6 addresses have no brackets, and a listener for all of them takes IPv4 too",
    inLab(async () => {
      const listener = await lab.here.network.listen({ kind: "tcp", host: "::", port: 0 })
      const port = listener.address.kind === "tcp" ? listener.address.port : 0
      for (const host of ["::1", "127.0.0.1"]) {
        const [client, server] = await Promise.all([
          lab.here.network.connect({ kind: "tcp", host, port }),
          accept(listener),
        ])
        expect(client.remoteAddress).toEqual({ kind: "tcp", host, port })
        expect(server.remoteAddress).toEqual({ ...client.localAddress })
        expect(server.remoteAddress).toMatchObject({ host })
        await Promise.all([client.close(), server.close()])
      }
      await listener.close()
      await expect(lab.here.network.connect({ kind: "tcp", host: "::1", port })).rejects.toThrow(
        `cannot connect to [::1]:${port}: `,
      )
    }),
  )

  test(
    "a listener for IPv6 alone leaves the port to one for IPv4, and each has its own peers",
    inLab(async () => {
      const { network } = lab.here
      const six = await network.listen({ kind: "tcp", host: "::", port: 0 }, { ipv6Only: true })
      const port = six.address.kind === "tcp" ? six.address.port : 0
      await expect(network.connect({ kind: "tcp", host: "127.0.0.1", port })).rejects.toMatchObject({ code: "refused" })
      const four = await network.listen({ kind: "tcp", host: "0.0.0.0", port })
      for (const [host, listener] of [["::1", six] as const, ["127.0.0.1", four] as const]) {
        const [client, server] = await Promise.all([network.connect({ kind: "tcp", host, port }), accept(listener)])
        expect(server.remoteAddress).toMatchObject({ host })
        await Promise.all([client.close(), server.close()])
      }
      await expect(network.listen({ kind: "tcp", host: "::", port })).rejects.toMatchObject({ code: "address-in-use" })
      await Promise.all([six.close(), four.close()])
    }),
  )

  test(
    "closing a listener ends its iterations and leaves accepted streams alone",
    inLab(async () => {
      const listener = await listen()
      const accepted: string[] = []
      const loops = [1, 2].map(async (loop) => {
        for await (const stream of listener) {
          accepted.push(`stream of loop ${loop}`)
          stream.readInto({ data: (chunk) => stream.write(chunk), end: () => stream.end(), close: () => {} })
        }
      })
      const client = await lab.here.network.connect(listener.address)
      const inbox = new Inbox()
      client.readInto(inbox)
      client.write(bytes("before"))
      await inbox.until(6)
      await listener.close()
      await listener.close()
      await Promise.all(loops)
      expect(accepted).toHaveLength(1)
      client.write(bytes(", after"))
      await inbox.until(13)
      expect(inbox.text).toBe("before, after")
      client.end()
      await inbox.until("close")
      expect(inbox.error).toBeUndefined()
    }),
  )

  test(
    "leaving the loop leaves the listener open",
    inLab(async () => {
      const listener = await listen()
      for (let round = 0; round < 2; round++) {
        const [client, server] = await Promise.all([lab.here.network.connect(listener.address), accept(listener)])
        expect(server.remoteAddress).toEqual(client.localAddress)
        await Promise.all([client.close(), server.close()])
      }
      await listener.close()
    }),
  )

  test(
    "who stops waiting takes no stream with it",
    inLab(async () => {
      await using listener = await listen()
      const iterator = listener[Symbol.asyncIterator]()
      const waiting = iterator.next()
      await iterator.return?.()
      expect(await waiting).toEqual({ done: true, value: undefined })
      const accepting = accept(listener)
      await using client = await lab.here.network.connect(listener.address)
      await using server = await accepting
      expect(server.remoteAddress).toEqual(client.localAddress)
    }),
  )

  test(
    "streams that nobody accepts wait, up to the backlog; one more is closed and counted",
    inLab(async () => {
      const listener = await lab.there.network.listen({ kind: "tcp", host: lab.host, port: 0 }, { backlog: 2 })
      const inboxes: Inbox[] = []
      const clients = []
      for (let count = 0; count < 3; count++) {
        const client = await lab.here.network.connect(listener.address)
        const inbox = new Inbox()
        client.readInto(inbox)
        clients.push(client)
        inboxes.push(inbox)
        await sleep(lab.here.clock, 5)
      }
      await inboxes[2]!.until("end")
      expect(listener.refused).toBe(1)
      expect(inboxes.map((inbox) => inbox.events.length)).toEqual([0, 0, 1])
      const first = await accept(listener)
      first.write(bytes("welcome"))
      await inboxes[0]!.until(7)
      await listener.close()
      await inboxes[1]!.until("end")
      await Promise.all([first.close(), ...clients.map((client) => client.close())])
    }),
  )

  test(
    "a signal ends an attempt to connect with its reason",
    inLab(async () => {
      const listener = await listen()
      const reason = new Error("changed my mind")
      await expect(lab.here.network.connect(listener.address, { signal: AbortSignal.abort(reason) })).rejects.toBe(
        reason,
      )
      const abort = new AbortController()
      const attempt = lab.here.network.connect(listener.address, { signal: abort.signal })
      abort.abort(reason)
      await expect(attempt).rejects.toBe(reason)
      await expect(
        lab.there.network.listen({ kind: "tcp", host: lab.host, port: 0 }, { signal: abort.signal }),
      ).rejects.toBe(reason)
      await expect(lab.here.network.resolve("localhost", { signal: abort.signal })).rejects.toBe(reason)
      await listener.close()
    }),
  )

  test(
    "a signal that comes after the connection does nothing",
    inLab(async () => {
      const listener = await listen()
      const abort = new AbortController()
      const [client, server] = await Promise.all([
        lab.here.network.connect(listener.address, { signal: abort.signal }),
        accept(listener),
      ])
      abort.abort()
      const inbox = new Inbox()
      client.readInto(inbox)
      server.write(bytes("still here"))
      await inbox.until(10)
      expect(inbox.events).toEqual(["data"])
      await Promise.all([client.close(), server.close(), listener.close()])
    }),
  )

  test(
    "names become addresses, and addresses are their own",
    inLab(async () => {
      expect(await lab.here.network.resolve("192.0.2.7")).toEqual(["192.0.2.7"])
      expect(await lab.here.network.resolve("2001:db8::7")).toEqual(["2001:db8::7"])
      expect(["127.0.0.1", "::1"]).toContain((await lab.here.network.resolve("localhost"))[0])
      await expect(lab.here.network.resolve("no such host")).rejects.toMatchObject({
        code: "not-found",
        message: "cannot look up no such host: there is no host of that name; check the spelling and the name server",
      })
      await expect(lab.here.network.resolve("")).rejects.toMatchObject({ code: "not-found" })
      const nowhere = { kind: "tcp", host: "", port: 1 } as const
      await expect(lab.here.network.connect(nowhere)).rejects.toMatchObject({ code: "not-found" })
      await expect(lab.there.network.listen(nowhere)).rejects.toMatchObject({ code: "not-found" })
      await expect(lab.here.network.connect({ kind: "tcp", host: "no such host", port: 1 })).rejects.toMatchObject({
        code: "not-found",
      })
    }),
  )

  test(
    "a hundred connections at once",
    inLab(async () => {
      const listener = await listen()
      const serving = (async () => {
        for await (const stream of listener)
          stream.readInto({ data: (chunk) => stream.write(chunk), end: () => stream.end(), close: () => {} })
      })()
      const echoes = await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          const stream = await lab.here.network.connect(listener.address)
          const inbox = new Inbox()
          stream.readInto(inbox)
          stream.write(bytes(`I am ${index}`))
          stream.end()
          await inbox.until("close")
          return inbox.text
        }),
      )
      expect(echoes).toEqual(Array.from({ length: 100 }, (_, index) => `I am ${index}`))
      await listener.close()
      await serving
    }),
  )

  describe.skipIf(process.platform === "win32")("unix sockets", () => {
    const inDirectory = (scenario: (directory: string) => Promise<void>) => async () => {
      const directory = await mkdtemp(join(tmpdir(), "dchat-"))
      try {
        await lab.run(() => scenario(directory))
      } finally {
        await rm(directory, { recursive: true })
      }
    }

    test(
      "carry bytes",
      inDirectory(async (directory) => {
        const address = { kind: "unix", path: join(directory, "sock") } as const
        const listener = await lab.here.network.listen(address)
        expect(listener.address).toEqual(address)
        const [client, server] = await Promise.all([lab.here.network.connect(address), accept(listener)])
        expect(client.remoteAddress).toEqual(address)
        const inbox = new Inbox()
        server.readInto(inbox)
        client.write(bytes("over a path"))
        await inbox.until(11)
        await Promise.all([client.close(), server.close(), listener.close()])
      }),
    )

    test(
      "one path, one listener; when it has closed, the path is free",
      inDirectory(async (directory) => {
        const address = { kind: "unix", path: join(directory, "sock") } as const
        await expect(lab.here.network.connect(address)).rejects.toMatchObject({ code: "refused" })
        const listener = await lab.here.network.listen(address)
        await expect(lab.here.network.listen(address)).rejects.toMatchObject({
          code: "address-in-use",
          message: `cannot listen on unix:${address.path}: the path is in use; stop the other program or choose another path`,
        })
        // Looking whether somebody answers must not count as a connection lost.
        const [client, server] = await Promise.all([lab.here.network.connect(address), accept(listener)])
        await Promise.all([client.close(), server.close(), listener.close()])
        const again = await lab.here.network.listen(address)
        await again.close()
      }),
    )

    test.runIf(name === "node")(
      "a file that is no socket is left alone",
      inDirectory(async (directory) => {
        const path = join(directory, "precious")
        await writeFile(path, "bytes")
        await expect(lab.here.network.listen({ kind: "unix", path })).rejects.toMatchObject({ code: "address-in-use" })
      }),
    )
  })
})
