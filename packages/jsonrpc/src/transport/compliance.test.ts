import { describe, test } from "vitest"
import type { ByteStream, Network, Runtime } from "@dchat/runtime"
import { nodeRuntime } from "@dchat/runtime/node"
import { virtualWorld, type LinkPolicy, type WorldOptions } from "@dchat/runtime/virtual"
import { contentLengthFraming } from "../framing/content-length.ts"
import type { Framing } from "../framing/framing.ts"
import { lengthPrefixFraming } from "../framing/length-prefix.ts"
import { newlineFraming } from "../framing/newline.ts"
import { checkTransport, SCENARIOS, type TransportLab, type TransportPair } from "./compliance.test-kit.ts"
import { memoryPair } from "./memory.ts"
import { streamTransport } from "./stream.ts"

type MakeFraming = (options: { readonly maxBytes: number }) => Framing

async function streamPair(
  here: Pick<Network, "connect">,
  there: Pick<Network, "listen">,
  host: string,
  framing: Framing,
): Promise<TransportPair> {
  const listener = await there.listen({ kind: "tcp", host, port: 0 })
  const accepted = listener[Symbol.asyncIterator]().next() as Promise<IteratorYieldResult<ByteStream>>
  const [client, { value: server }] = await Promise.all([here.connect(listener.address), accepted])
  return {
    client: streamTransport(client, framing),
    server: streamTransport(server, framing),
    serverWrites: () => server.writeCalls,
    close: () => listener.close(),
  }
}

function virtualLab(framing: MakeFraming, options: WorldOptions = {}): TransportLab {
  const world = virtualWorld({ seed: "transports", ...options })
  const here = world.host({ name: "here", ip: "10.0.0.1" })
  const there = world.host({ name: "there", ip: "10.0.0.2" })
  return {
    pair: (limits) => streamPair(here.network, there.network, "10.0.0.2", framing(limits)),
    run: (act) => world.runUntil(act()),
    clock: here.clock,
  }
}

function nodeLab(framing: MakeFraming, runtime: Runtime = nodeRuntime()): TransportLab {
  return {
    pair: (limits) => streamPair(runtime.network, runtime.network, "127.0.0.1", framing(limits)),
    run: (act) => act(),
  }
}

/** Cuts all that is sent at places that the seed chooses. */
const cutting: LinkPolicy = {
  connect: () => ({ kind: "deliver", delay: 1 }),
  send: (_link, bytes, { random }) =>
    bytes < 2
      ? { kind: "deliver", delay: 1 }
      : { kind: "pieces", pieces: [1, bytes].map((most) => ({ bytes: 1 + random.integer(most), delay: 1 })) },
}

function memoryLab(): TransportLab {
  return {
    pair: () => {
      const [client, server] = memoryPair()
      return Promise.resolve({ client, server, close: () => Promise.resolve() })
    },
    run: (act) => act(),
    isBounded: false,
  }
}

function cuttingLab(framing: MakeFraming): TransportLab {
  const lab = virtualLab(framing, { links: cutting, windowBytes: 1024 * 1024 })
  // Replies are gathered as requests come in, and here they trickle.
  return { ...lab, pair: async (limits) => ({ ...(await lab.pair(limits)), serverWrites: undefined }) }
}

const LABS: readonly (readonly [name: string, make: () => TransportLab])[] = [
  ["memory", memoryLab],
  ["tcp on virtual time", () => virtualLab(newlineFraming)],
  ["tcp on virtual time, cut anywhere", () => cuttingLab(newlineFraming)],
  ["Content-Length, cut anywhere", () => cuttingLab(contentLengthFraming)],
  ["a length of four bytes, cut anywhere", () => cuttingLab(lengthPrefixFraming)],
  ["tcp", () => nodeLab(newlineFraming)],
]

describe.each(LABS)("%s", (_name, make) => {
  test.each(SCENARIOS)("%s", (_promise, act) => checkTransport(make(), act))
})
