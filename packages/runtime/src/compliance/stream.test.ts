import { describe, expect, test } from "vitest"
import { NetworkError } from "../index.ts"
import { bytes, connected, conversing, Inbox, isSame, join, LABS, sleep, turnEnds } from "./lab.test-kit.ts"

describe.each(LABS)("streams of the %s network", (_name, makeLab) => {
  const lab = makeLab()
  const inLab = (scenario: () => Promise<void>) => () => lab.run(scenario)

  test(
    "both ends agree on their addresses",
    inLab(async () => {
      const { client, server } = await connected(lab)
      expect(client.remoteAddress).toEqual(server.localAddress)
      expect(server.remoteAddress).toEqual(client.localAddress)
      expect(client.remoteAddress).toMatchObject({ kind: "tcp", host: lab.host })
      await Promise.all([client.close(), server.close()])
    }),
  )

  test(
    "bytes arrive in order, both ways at once",
    inLab(async () => {
      const { client, server, atClient, atServer } = await conversing(lab)
      const upward = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251)
      const downward = Uint8Array.from({ length: 150_000 }, (_, index) => index % 241)
      for (let at = 0; at < upward.length; at += 777) {
        if (!client.write(upward.subarray(at, at + 777))) await client.drained()
      }
      server.write(downward)
      await Promise.all([atServer.until(upward.length), atClient.until(downward.length)])
      expect(isSame(join(atServer.chunks), upward)).toBe(true)
      expect(isSame(join(atClient.chunks), downward)).toBe(true)
      await Promise.all([client.close(), server.close()])
    }),
  )

  test(
    "the writes of a turn are one write of the system's, at its end",
    inLab(async () => {
      const { client, server, atServer } = await conversing(lab)
      for (let index = 0; index < 100; index++) client.write(bytes("ten bytes."))
      expect(client.writeCalls).toBe(0)
      expect(client.bufferedBytes).toBe(1000)
      await turnEnds(lab.here.clock)
      expect(client.writeCalls).toBe(1)
      await atServer.until(1000)
      expect(atServer.text).toBe("ten bytes.".repeat(100))
      await Promise.all([client.close(), server.close()])
    }),
  )

  test(
    "flush sends at once, and only what waits",
    inLab(async () => {
      const { client, server, atServer } = await conversing(lab)
      client.write(bytes("now"))
      client.flush()
      expect(client.writeCalls).toBe(1)
      client.flush()
      await turnEnds(lab.here.clock)
      expect(client.writeCalls).toBe(1)
      await atServer.until(3)
      await Promise.all([client.close(), server.close()])
    }),
  )

  test(
    "within a turn, enough bytes are sent at once",
    inLab(async () => {
      const { client, server, atServer } = await conversing(lab, { flushBytes: 100 })
      for (let index = 0; index < 9; index++) client.write(new Uint8Array(30))
      expect(client.writeCalls).toBe(2)
      await turnEnds(lab.here.clock)
      expect(client.writeCalls).toBe(3)
      await atServer.until(270)
      await Promise.all([client.close(), server.close()])
    }),
  )

  test(
    "big and small writes of a turn keep their order in one call",
    inLab(async () => {
      const { client, server, atServer } = await conversing(lab, { flushBytes: 1_000_000 })
      const parts = [3, 20_000, 5, 5, 9_000, 4_000, 4_000, 4_000, 4_000, 4_000, 1].map((length, index) =>
        new Uint8Array(length).fill(index),
      )
      for (const part of parts) client.write(part)
      await atServer.until(join(parts).length)
      expect(isSame(join(atServer.chunks), join(parts))).toBe(true)
      expect(client.writeCalls).toBe(1)
      await Promise.all([client.close(), server.close()])
    }),
  )

  test(
    "an empty write is nothing",
    inLab(async () => {
      const { client, server } = await conversing(lab)
      expect(client.write(new Uint8Array())).toBe(true)
      await turnEnds(lab.here.clock)
      expect([client.writeCalls, client.bufferedBytes]).toEqual([0, 0])
      await Promise.all([client.close(), server.close()])
    }),
  )

  test(
    "a reader that pauses slows the writer down, and loses nothing",
    inLab(async () => {
      const { client, server, atServer } = await conversing(lab, { highWaterMark: 10_000 })
      server.pause()
      const chunk = new Uint8Array(60_000)
      let sent = 0
      while (client.write(chunk)) {
        sent += chunk.length
        await sleep(lab.here.clock, 1)
      }
      sent += chunk.length
      expect(client.bufferedBytes).toBeGreaterThan(10_000)
      let isDrained = false
      const drained = client.drained().then(() => (isDrained = true))
      await sleep(lab.here.clock, 5)
      // The system's own buffers may grow a little after they seemed to be full.
      for (let more = 0; isDrained && more < 200; more++) {
        client.write(chunk)
        sent += chunk.length
        await sleep(lab.here.clock, 1)
        isDrained = client.bufferedBytes <= 10_000
      }
      expect(isDrained).toBe(false)
      expect(atServer.length).toBe(0)
      server.resume()
      await drained
      await client.drained()
      expect(client.bufferedBytes).toBeLessThanOrEqual(10_000)
      await atServer.until(sent)
      expect(atServer.length).toBe(sent)
      await Promise.all([client.close(), server.close()])
    }),
  )

  test(
    "waiting for room ends with its signal and with the stream",
    inLab(async () => {
      const { client, server } = await connected(lab, { highWaterMark: 100 })
      while (client.write(new Uint8Array(1_000_000))) await turnEnds(lab.here.clock)
      const abort = new AbortController()
      const waiting = client.drained({ signal: abort.signal })
      abort.abort(new Error("no patience"))
      await expect(waiting).rejects.toThrow("no patience")
      await expect(client.drained({ signal: abort.signal })).rejects.toThrow("no patience")
      const other = client.drained()
      await client.close()
      await other
      expect(client.bufferedBytes).toBe(0)
      await server.close()
    }),
  )

  test(
    "one side ends, the other still speaks, and both close in good order",
    inLab(async () => {
      const { client, server, atClient, atServer } = await conversing(lab)
      client.write(bytes("question"))
      client.end()
      client.write(bytes("dropped"))
      await atServer.until("end")
      expect(atServer.text).toBe("question")
      await sleep(lab.there.clock, 3)
      server.write(bytes("answer"))
      server.end()
      expect(await Promise.all([client.closed, server.closed])).toEqual([undefined, undefined])
      await Promise.all([atClient.until("close"), atServer.until("close")])
      expect(atClient.text).toBe("answer")
      expect(atClient.events).toEqual(["data", "end", "close"])
      expect(atServer.events).toEqual(["data", "end", "close"])
    }),
  )

  test(
    "ending sends what waits first, however much",
    inLab(async () => {
      const { client, server, atClient, atServer } = await conversing(lab)
      for (let index = 0; index < 40; index++) client.write(new Uint8Array(50_000))
      client.end()
      client.end()
      await atServer.until("end")
      expect(atServer.length).toBe(2_000_000)
      server.end()
      await atClient.until("close")
      expect(atClient.error).toBeUndefined()
    }),
  )

  test(
    "nothing is lost before there is a reader",
    inLab(async () => {
      const { client, server } = await connected(lab)
      server.write(bytes("welcome"))
      server.end()
      await sleep(lab.here.clock, 5)
      const inbox = new Inbox()
      client.readInto(inbox)
      expect(inbox.events).toEqual([])
      await inbox.until("end")
      expect(inbox.text).toBe("welcome")
      await Promise.all([client.close(), server.close()])
    }),
  )

  test(
    "nor is an end without bytes",
    inLab(async () => {
      const { client, server } = await connected(lab)
      server.end()
      await sleep(lab.here.clock, 5)
      const inbox = new Inbox()
      client.readInto(inbox)
      expect(inbox.events).toEqual([])
      await inbox.until("end")
      expect(inbox.events).toEqual(["end"])
      client.end()
      await inbox.until("close")
      expect(inbox.error).toBeUndefined()
    }),
  )

  test(
    "an end waits while the reader pauses",
    inLab(async () => {
      const { client, server, atClient } = await conversing(lab)
      client.pause()
      server.end()
      await sleep(lab.here.clock, 5)
      expect(atClient.events).toEqual([])
      client.resume()
      client.resume()
      await atClient.until("end")
      client.end()
      await atClient.until("close")
      expect(atClient.events).toEqual(["end", "close"])
    }),
  )

  test(
    "pausing before there is a reader holds as well",
    inLab(async () => {
      const { client, server } = await connected(lab)
      server.write(bytes("patience"))
      const inbox = new Inbox()
      client.pause()
      client.readInto(inbox)
      await sleep(lab.here.clock, 5)
      expect(inbox.events).toEqual([])
      client.resume()
      await inbox.until(8)
      await Promise.all([client.close(), server.close()])
    }),
  )

  test(
    "a reader that pauses within data gets no more until it resumes",
    inLab(async () => {
      const { client, server } = await connected(lab)
      const inbox = new Inbox()
      client.readInto({
        data: (chunk) => {
          inbox.data(chunk)
          client.pause()
        },
        end: () => inbox.end(),
        close: (error) => inbox.close(error),
      })
      for (const word of ["one", "two", "six"]) {
        server.write(bytes(word))
        await sleep(lab.there.clock, 3)
      }
      server.end()
      await sleep(lab.here.clock, 5)
      expect(inbox.chunks).toHaveLength(1)
      expect(inbox.events).toEqual(["data"])
      while (inbox.length < 9) {
        const before = inbox.chunks.length
        client.resume()
        await inbox.until(inbox.length + 1)
        expect(inbox.chunks).toHaveLength(before + 1)
      }
      expect(inbox.text).toBe("onetwosix")
      client.resume()
      await inbox.until("end")
      await Promise.all([client.close(), server.close()])
    }),
  )

  test(
    "there is one reader",
    inLab(async () => {
      const { client, server } = await conversing(lab)
      expect(() => client.readInto(new Inbox())).toThrow("one reader")
      await Promise.all([client.close(), server.close()])
    }),
  )

  test(
    "closing tells this reader at the end of the turn, and the other side that nothing more comes",
    inLab(async () => {
      const { client, server, atClient, atServer } = await conversing(lab)
      const closing = client.close()
      expect(atClient.events).toEqual([])
      await closing
      await atClient.until("close")
      expect(atClient.error).toBeUndefined()
      await client.close()
      expect(client.write(bytes("dropped"))).toBe(true)
      expect(client.bufferedBytes).toBe(0)
      await atServer.until("end")
      server.end()
      expect(await server.closed).toBeUndefined()
      expect(atClient.events).toEqual(["close"])
    }),
  )

  test(
    "a reader that comes after the close is told of it, at the end of the turn",
    inLab(async () => {
      const { client, server } = await connected(lab)
      await client.close()
      const inbox = new Inbox()
      client.readInto(inbox)
      expect(inbox.events).toEqual([])
      await turnEnds(lab.here.clock)
      expect(inbox.events).toEqual(["close"])
      await server.close()
    }),
  )

  test(
    "who writes to a side that has closed is told that the connection is broken",
    inLab(async () => {
      const { client, server, atServer } = await conversing(lab)
      await client.close()
      await atServer.until("end")
      for (let tries = 0; tries < 50 && !atServer.events.includes("close"); tries++) {
        server.write(bytes("anybody there?"))
        await sleep(lab.there.clock, 2)
      }
      const error = await server.closed
      expect(error).toBeInstanceOf(NetworkError)
      expect(error?.code).toBe("reset")
      expect(atServer.events).toEqual(["end", "close"])
      expect(atServer.error).toBe(error)
    }),
  )

  test(
    "what arrives is the reader's own, and no Buffer",
    inLab(async () => {
      const { client, server, atServer } = await conversing(lab)
      const message = bytes("shared with others")
      client.write(message)
      await atServer.until(message.length)
      const chunk = atServer.chunks[0]!
      expect(chunk.constructor).toBe(Uint8Array)
      chunk.slice().fill(0)
      expect(atServer.text).toBe("shared with others")
      chunk.fill(0)
      expect(message).toEqual(bytes("shared with others"))
      await Promise.all([client.close(), server.close()])
    }),
  )
})
