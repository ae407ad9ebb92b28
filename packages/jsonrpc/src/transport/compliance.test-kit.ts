import type { Clock } from "@dchat/runtime"
import fc from "fast-check"
import { expect } from "vitest"
import { Connection } from "../connection/connection.ts"
import type { Frame } from "../framing/framing.ts"
import type { Transport } from "./transport.ts"

/** Two ends of a connection, with nobody reading yet. */
export interface TransportPair {
  readonly client: Transport
  readonly server: Transport
  /** Calls of the platform's write that the server's end has made. Absent where nothing is written to. */
  readonly serverWrites?: (() => number) | undefined
  /** Takes down what made the pair. */
  close(): Promise<void>
}

/** How pairs of one kind of transport are made, and what that kind can do. */
export interface TransportLab {
  /** A connected pair that takes messages of up to `maxBytes` bytes, where the kind has such a bound. */
  pair(options: { readonly maxBytes: number }): Promise<TransportPair>
  /** Lets time pass until the scenario has ended. */
  run(scenario: () => Promise<void>): Promise<void>
  /** Whose time passes. Default: the platform's. */
  readonly clock?: Clock
  /** Whether one side can end and go on reading. Default true. */
  readonly halfCloses?: boolean
  /** Whether the bytes of a message are bounded. Default true. */
  readonly isBounded?: boolean
}

/** One end of a transport, that keeps what it is told. */
class Inbox {
  readonly frames: Frame[] = []
  /** `messages` (once for calls that follow each other), `end`, `close`. */
  readonly events: string[] = []
  error: Error | undefined
  readonly #watchers: (() => void)[] = []

  constructor(transport: Transport) {
    transport.readInto({
      messages: (frames) => {
        this.frames.push(...frames)
        if (this.events.at(-1) !== "messages") this.#happened("messages")
        else this.#wake()
      },
      end: () => this.#happened("end"),
      close: (error) => {
        this.error = error
        this.#happened("close")
      },
    })
  }

  /** Waits for so many messages, for an event, or until nothing more can come: `gone` is an end or a close. */
  async until(what: number | "end" | "close" | "gone"): Promise<void> {
    while (!this.#has(what)) await new Promise<void>((resolve) => this.#watchers.push(resolve))
  }

  #has(what: number | "end" | "close" | "gone"): boolean {
    if (typeof what === "number") return this.frames.length >= what
    if (what === "gone") return this.#has("end") || this.#has("close")
    return this.events.includes(what)
  }

  #happened(event: string): void {
    this.events.push(event)
    this.#wake()
  }

  #wake(): void {
    for (const watcher of this.#watchers.splice(0)) watcher()
  }
}

const LIMIT = 256 * 1024

function send(transport: Transport, texts: readonly string[]): void {
  for (const text of texts) transport.send(text)
  transport.flush()
}

const numbered = (count: number, padding = ""): string[] =>
  Array.from({ length: count }, (_, index) => JSON.stringify([index, padding]))

type Scenario = (pair: TransportPair, lab: TransportLab) => Promise<void>

/** What every transport promises. */
export const SCENARIOS: readonly (readonly [promise: string, act: Scenario])[] = [
  [
    "messages arrive whole and in order, both ways at once",
    async ({ client, server }) => {
      const there = numbered(500, "é🙂".repeat(50))
      const back = numbered(300, "x".repeat(1000))
      const atServer = new Inbox(server)
      const atClient = new Inbox(client)
      for (let at = 0; at < 500; at += 7) {
        send(client, there.slice(at, at + 7))
        send(server, back.slice(at, at + 7))
      }
      await Promise.all([atServer.until(500), atClient.until(300)])
      expect(atServer.frames).toEqual(there)
      expect(atClient.frames).toEqual(back)
    },
  ],

  [
    "any JSON text comes out as it went in",
    async ({ client, server }) => {
      const texts = fc.sample(fc.json(), 200)
      const atServer = new Inbox(server)
      send(client, texts)
      await atServer.until(texts.length)
      expect(atServer.frames).toEqual(texts)
    },
  ],

  [
    "what comes before anybody reads is not lost",
    async ({ client, server }) => {
      send(client, ["1", "2"])
      const atClient = new Inbox(client)
      send(server, ["3"])
      await atClient.until(1)
      const atServer = new Inbox(server)
      await atServer.until(2)
      expect(atServer.frames).toEqual(["1", "2"])
    },
  ],

  [
    "a transport has one reader, and says who is at the other end",
    async ({ client, server }) => {
      const read = (): Inbox => new Inbox(client)
      read()
      expect(read).toThrow("reader")
      expect(client.remote).toMatch(/^[a-z+-]+:/)
      expect(server.remote).toMatch(/^[a-z+-]+:/)
    },
  ],

  [
    "a message at the limit passes; one byte more closes, and says why",
    async ({ client, server }, lab) => {
      const atLimit = JSON.stringify("x".repeat(LIMIT - 2))
      const atServer = new Inbox(server)
      const atClient = new Inbox(client)
      send(client, [atLimit])
      await atServer.until(1)
      expect(atServer.frames[0] === atLimit).toBe(true)
      send(client, [JSON.stringify("x".repeat(LIMIT - 1))])
      if (lab.isBounded === false) {
        await atServer.until(2)
        return
      }
      await Promise.all([atServer.until("close"), atClient.until("gone")])
      expect(atServer.frames).toHaveLength(1)
      expect(atServer.error).toMatchObject({ code: "message-too-long", message: expect.stringContaining(`${LIMIT}`) })
    },
  ],

  [
    "who ends is heard to the end; who has ended still hears",
    async ({ client, server }, lab) => {
      const atServer = new Inbox(server)
      const atClient = new Inbox(client)
      client.send("1")
      client.end()
      client.send("dropped")
      client.flush()
      await atServer.until(lab.halfCloses === false ? "close" : "end")
      expect(atServer.frames).toEqual(["1"])
      if (lab.halfCloses !== false) {
        send(server, numbered(100))
        server.end()
      }
      await Promise.all([atServer.until("close"), atClient.until("close")])
      expect(atClient.frames).toEqual(lab.halfCloses === false ? [] : numbered(100))
      expect([atServer.error, atClient.error]).toEqual([undefined, undefined])
      for (const { events } of [atServer, atClient]) {
        expect(events.filter((each) => each !== "messages")).toEqual(
          lab.halfCloses === false ? expect.arrayContaining(["close"]) : ["end", "close"],
        )
        expect(events.at(-1)).toBe("close")
      }
    },
  ],

  [
    "a close in the midst of sending drops the rest, and both ends learn of it",
    async ({ client, server }) => {
      const texts = numbered(1000, "x".repeat(1000))
      const atServer = new Inbox(server)
      const atClient = new Inbox(client)
      send(client, texts.slice(0, 500))
      await atServer.until(1)
      send(client, texts.slice(500))
      await client.close()
      send(client, ["dropped"])
      client.end()
      await client.close()
      await Promise.all([atServer.until("gone"), atClient.until("close")])
      const whole = atServer.frames.filter((frame) => texts.includes(frame as string))
      expect(whole).toEqual(texts.slice(0, whole.length))
      send(server, ["dropped as well"])
      server.end()
      await server.drained()
      await atServer.until("close")
      expect(atClient.events.filter((each) => each === "close")).toHaveLength(1)
    },
  ],

  [
    "a reader that pauses is seen by the sender, whose wait ends when it reads",
    async ({ client, server }) => {
      const texts = numbered(160, "x".repeat(100_000))
      const atServer = new Inbox(server)
      server.pause()
      send(client, texts)
      expect(client.bufferedBytes).toBeGreaterThan(1_000_000)
      const reason = new Error("no patience")
      await expect(client.drained({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      const impatient = new AbortController()
      const waiting = client.drained({ signal: impatient.signal })
      impatient.abort(reason)
      await expect(waiting).rejects.toBe(reason)
      expect(atServer.frames.length).toBeLessThan(texts.length)
      const before = atServer.frames.length
      const drained = client.drained()
      server.resume()
      await drained
      expect(client.bufferedBytes).toBeLessThan(1_000_000)
      await atServer.until(texts.length)
      expect(before).toBe(0)
      expect(atServer.frames.every((frame, index) => frame === texts[index])).toBe(true)
    },
  ],

  [
    "whoever waits for a reader that never reads is released by the close",
    async ({ client, server }) => {
      const inboxes = [new Inbox(client), new Inbox(server)]
      server.pause()
      send(client, numbered(160, "x".repeat(100_000)))
      const drained = client.drained()
      await client.close()
      await drained
      expect(inboxes.flatMap(({ frames }) => frames)).toEqual([])
    },
  ],

  [
    "at most one write in ten replies, at 64 in flight",
    async ({ client, server, serverWrites }, { clock }) => {
      const time = clock === undefined ? {} : { clock }
      const caller = new Connection(client, time)
      const answerer = new Connection(server, { role: "server", handler: ({ params }) => params, ...time })
      let calls = 0
      const before = serverWrites?.() ?? 0
      const work = async (): Promise<void> => {
        while (calls < 3200) await caller.request("echo", [++calls])
      }
      await Promise.all(Array.from({ length: 64 }, work))
      if (serverWrites !== undefined) {
        expect(serverWrites() - before).toBeGreaterThan(0)
        expect((serverWrites() - before) / calls).toBeLessThanOrEqual(0.1)
      }
      expect(await caller.request("echo", ["last"])).toEqual(["last"])
      await caller.close()
      expect(await answerer.closed).toBeUndefined()
    },
  ],
]

/** Plays a scenario on a fresh pair. */
export function checkTransport(lab: TransportLab, act: Scenario): Promise<void> {
  return lab.run(async () => {
    const pair = await lab.pair({ maxBytes: LIMIT })
    try {
      await act(pair, lab)
    } finally {
      await pair.client.close()
      await pair.server.close()
      await pair.close()
    }
  })
}
