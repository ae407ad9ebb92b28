import type { Clock, Network, NetworkError, Runtime, StreamReader, TlsIdentity } from "../index.ts"
import { nodeRuntime } from "../node/index.ts"
import { virtualWorld } from "../virtual/index.ts"
import identities from "./fixtures/identities.json" with { type: "json" }

/** Two computers that reach each other: twice this one, or two of a virtual world. */
export interface Lab {
  readonly here: Runtime
  readonly there: Runtime
  /** Where `there` listens for `here`. */
  readonly host: string
  /** Lets time pass until the scenario has ended. */
  run(scenario: () => Promise<void>): Promise<void>
}

/** Every implementation of the world, by name. */
export const LABS: readonly (readonly [name: string, make: () => Lab])[] = [
  ["node", nodeLab],
  ["virtual", virtualLab],
]

function nodeLab(): Lab {
  const runtime = nodeRuntime()
  return { here: runtime, there: runtime, host: "127.0.0.1", run: (scenario) => scenario() }
}

function virtualLab(): Lab {
  const world = virtualWorld({ seed: "lab" })
  const here = world.host({ name: "here", ip: ["10.0.0.1", "fd00::1"] })
  const there = world.host({ name: "there", ip: ["10.0.0.2", "fd00::2"] })
  return { here, there, host: "10.0.0.2", run: (scenario) => world.runUntil(scenario()) }
}

/** A reader that keeps what it is told. */
export class Inbox implements StreamReader {
  /** `data`, `end`, `close` in the order of the calls; calls of `data` that follow each other count as one. */
  readonly events: string[] = []
  readonly chunks: Uint8Array[] = []
  error: NetworkError | undefined
  readonly #watchers: (() => void)[] = []

  data(chunk: Uint8Array): void {
    if (this.events.at(-1) !== "data") this.events.push("data")
    this.chunks.push(chunk)
    this.#changed()
  }

  end(): void {
    this.events.push("end")
    this.#changed()
  }

  close(error: NetworkError | undefined): void {
    this.events.push("close")
    this.error = error
    this.#changed()
  }

  get length(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  }

  get text(): string {
    return text(join(this.chunks))
  }

  /** Waits for so many bytes, or for an event. */
  async until(what: number | "end" | "close"): Promise<void> {
    while (typeof what === "number" ? this.length < what : !this.events.includes(what)) {
      await new Promise<void>((resolve) => this.#watchers.push(resolve))
    }
  }

  #changed(): void {
    for (const watcher of this.#watchers.splice(0)) watcher()
  }
}

/** A connection from `here` to `there`, and what each end gets. */
export async function connected(lab: Lab, options: Parameters<Network["connect"]>[1] = {}) {
  const listener = await lab.there.network.listen({ kind: "tcp", host: lab.host, port: 0 })
  const [client, server] = await Promise.all([lab.here.network.connect(listener.address, options), accept(listener)])
  await listener.close()
  return { client, server }
}

/** As {@link connected}, with both ends read. */
export async function conversing(lab: Lab, options: Parameters<Network["connect"]>[1] = {}) {
  const { client, server } = await connected(lab, options)
  const atClient = new Inbox()
  const atServer = new Inbox()
  client.readInto(atClient)
  server.readInto(atServer)
  return { client, server, atClient, atServer }
}

/** The next stream of a listener. */
export async function accept<T>(listener: AsyncIterable<T>): Promise<T> {
  for await (const stream of listener) return stream
  throw new Error("the listener has closed")
}

export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(ms, resolve)
  })
}

/** Until what was deferred in this turn has run. */
export function turnEnds(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.defer(resolve)
  })
}

export function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

export function text(value: Uint8Array): string {
  return new TextDecoder().decode(value)
}

export function join(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

/** Whether two arrays hold the same bytes; far quicker than `toEqual` where they are long. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** Self-signed Ed25519 certificates, good for a hundred years, and their keys. */
export const ALICE = identityOf(identities.alice)
export const BOB = identityOf(identities.bob)

function identityOf(base64: { certificate: string; privateKey: string }): TlsIdentity {
  const decode = (value: string): Uint8Array => Uint8Array.from(atob(value), (character) => character.charCodeAt(0))
  return { certificate: decode(base64.certificate), privateKey: decode(base64.privateKey) }
}
