import { describe, expect, test } from "vitest"
import { StreamPrelude } from "../index.ts"
import { bytes, connected, Inbox, LABS, sleep, text } from "../compliance/lab.test-kit.ts"

describe.each(LABS)("the beginning of a stream of the %s network", (_name, makeLab) => {
  const lab = makeLab()
  const { here, there } = lab
  const inLab = (scenario: () => Promise<void>) => () => lab.run(scenario)
  const begin = async () => {
    const { client, server } = await connected(lab)
    return { client, server, prelude: new StreamPrelude(server, there.clock) }
  }

  test(
    "is read by so many bytes, however they come; the rest is the next reader's",
    inLab(async () => {
      const { client, prelude } = await begin()
      client.write(bytes("ab"))
      const first = prelude.read(3)
      await sleep(here.clock, 3)
      client.write(bytes("cdefghi"))
      expect(text(await first)).toBe("abc")
      expect(text(await prelude.read(0))).toBe("")
      expect(text(await prelude.read(2))).toBe("de")
      const stream = prelude.handBack()
      const inbox = new Inbox()
      stream.readInto(inbox)
      expect(inbox.events).toEqual([])
      client.write(bytes("jk"))
      client.end()
      await inbox.until("end")
      expect(inbox.text).toBe("fghijk")
      expect(() => stream.readInto(inbox)).toThrow("one reader")
      stream.end()
      await inbox.until("close")
      expect(inbox.events).toEqual(["data", "end", "close"])
    }),
  )

  test(
    "a stream that was handed back writes, pauses and closes as the one below",
    inLab(async () => {
      const { client, server, prelude } = await begin()
      const atClient = new Inbox()
      client.readInto(atClient)
      client.write(bytes("one"))
      client.end()
      await prelude.read(1)
      const stream = prelude.handBack()
      expect([stream.localAddress, stream.remoteAddress]).toEqual([server.localAddress, server.remoteAddress])
      const inbox = new Inbox()
      stream.pause()
      stream.readInto(inbox)
      await sleep(there.clock, 3)
      expect(inbox.events).toEqual([])
      stream.resume()
      await inbox.until("end")
      expect(inbox.text).toBe("ne")
      expect(stream.write(bytes("answer"))).toBe(true)
      expect(stream.bufferedBytes).toBe(6)
      stream.flush()
      await stream.drained()
      expect([stream.bufferedBytes, stream.writeCalls]).toEqual([0, 1])
      await atClient.until(6)
      await stream.close()
      expect(await stream.closed).toBeUndefined()
      await client.closed
    }),
  )

  test(
    "an end that comes too early is an error, and the next reader is told of it",
    inLab(async () => {
      const { client, prelude } = await begin()
      client.write(bytes("ab"))
      client.end()
      await expect(prelude.read(3)).rejects.toMatchObject({
        name: "NetworkError",
        code: "closed",
        message: expect.stringContaining("after 2 of the 3 bytes"),
      })
      await expect(prelude.read(3)).rejects.toMatchObject({ code: "closed" })
      const stream = prelude.handBack()
      const inbox = new Inbox()
      stream.readInto(inbox)
      await inbox.until("end")
      expect(inbox.text).toBe("ab")
      stream.end()
      await client.close()
      await inbox.until("close")
      expect(inbox.events).toEqual(["data", "end", "close"])
    }),
  )

  test(
    "a stream that closes fails the read, and a later reader is told",
    inLab(async () => {
      const { client, server, prelude } = await begin()
      const reading = prelude.read(3).catch((error: unknown) => error)
      await server.close()
      expect(await reading).toMatchObject({ code: "closed" })
      const inbox = new Inbox()
      prelude.handBack().readInto(inbox)
      await inbox.until("close")
      expect(inbox.events).toEqual(["close"])
      await client.close()
    }),
  )

  test(
    "a signal ends a read with its reason; what came is not lost",
    inLab(async () => {
      const { client, server, prelude } = await begin()
      client.write(bytes("ab"))
      const abort = new AbortController()
      const reading = prelude.read(3, { signal: abort.signal }).catch((error: unknown) => error)
      await sleep(here.clock, 3)
      expect(() => prelude.read(1)).toThrow("one read at a time")
      const reason = new Error("too slow")
      abort.abort(reason)
      expect(await reading).toBe(reason)
      await expect(prelude.read(1, { signal: abort.signal })).rejects.toBe(reason)
      expect(text(await prelude.read(2))).toBe("ab")
      await Promise.all([client.close(), server.close()])
    }),
  )
})
