import type { VirtualHost } from "@dchat/runtime/virtual"
import { parseUrl } from "@dchat/wire"
import { expect, test } from "vitest"
import { makeRandom } from "../fuzz/random.mjs"
import { assault, type Field } from "../hostile/assault.mjs"
import { makeHeart } from "../hostile/heart.mjs"
import { streamLine } from "../hostile/lines.mjs"
import { judgeBans } from "../hostile/bans.mjs"
import { makeWords } from "../hostile/words.mjs"
import { PacketEncoder } from "./channel/packet-encoder.ts"
import { LIST_CAPS } from "./hosts/lists.ts"
import * as net from "./index.ts"
import { Addr, GetAddr } from "./message/address.ts"
import { Ping, Pong } from "./message/ping.ts"
import { Verack, Version } from "./message/version.ts"
import { DchatMsg, MAGIC, RECORDED, TestNet, type TestNode } from "./testing/test-net.test-kit.ts"

// The attacks of `npm run hostile`, all but those on TLS, in a virtual world.

const MINUTES = 10
const PROFILE = { outboundConnectTimeout: 5, channelHeartbeatInterval: 3 }

/** Hostile clients know addresses of 127.0.0.0/8; there each computer of a virtual world has only its own. */
const outer = (ip: string): string => ip.replace(/^127/, "10")
const inner = (url: string): string => url.replace("//10.", "//127.")

function heartOf({ p2p, host }: TestNode, knowsHonestOnly: boolean) {
  const { clock, name } = host
  return makeHeart({ p2p, net, Chat: DchatMsg, name, clock, knowsHonestOnly, beatMs: 1000, chatMs: 2000 })
}

/** Where hostile clients are, and how they are told that it is over. */
function battlefield(world: TestNet, url: string) {
  const { clock } = world.host("stopwatch", "10.8.0.1")
  const hosts = new Map<string, VirtualHost>()
  const hostOf = (from: string): VirtualHost => {
    let host = hosts.get(from)
    if (host === undefined) hosts.set(from, (host = world.host(`hostile ${from}`, outer(from))))
    return host
  }
  const sleepers = new Set<() => void>()
  const encoder = new PacketEncoder(MAGIC)
  const random = makeRandom(7)
  const { host, port } = parseUrl(url) as { host: string; port: number }
  let isOver = false
  const field: Field = {
    dial: async (from) => streamLine(await hostOf(from).network.connect({ kind: "tcp", host, port })),
    async listen(at, onLine) {
      const listener = await hostOf(at).network.listen({ kind: "tcp", host: outer(at), port: 5000 })
      void (async () => {
        for await (const stream of listener) onLine(streamLine(stream))
      })()
      return `tcp://${outer(at)}:5000/`
    },
    sleep: (ms) =>
      new Promise((resolve) => {
        const timer = clock.setTimer(isOver ? 0 : ms, () => wake())
        const wake = (): void => {
          timer.cancel()
          sleepers.delete(wake)
          resolve()
        }
        sleepers.add(wake)
      }),
    now: () => clock.monotonic(),
    random,
    words: makeWords({
      encode: (type, value) => encoder.encode(type, value),
      magic: MAGIC,
      app: { appName: RECORDED.appName!, appVersion: RECORDED.appVersion! },
      types: { Version, Verack, Ping, Pong, GetAddr, Addr, Chat: DchatMsg },
      random,
    }),
    crowd: 0.05,
    pace: 12,
    isOver: () => isOver,
  }
  const end = (): void => {
    isOver = true
    for (const wake of sleepers) wake()
  }
  return { field, end }
}

test(
  "all attacks at once for ten minutes: the honest notice nothing, the guilty are banned, nothing grows",
  { timeout: 120_000 },
  async () => {
    await using world = new TestNet({ seed: 5 })
    const bob = await world.node("victim", { inboundAddrs: ["tcp://10.9.0.1:1000"], inboundConnections: 2000, outboundConnections: 2 }, world.host("victim", "10.9.0.1")) // prettier-ignore
    const [url = ""] = bob.p2p.settings.inboundAddrs
    const hearts = [heartOf(bob, false)]
    await world.run(bob)
    const honest: string[] = []
    for (let i = 2; i < 5; i++) {
      const own = `tcp://10.9.0.${i}:1000/`
      const settings = {
        inboundAddrs: [own],
        externalAddrs: [own],
        peers: [url, ...honest],
        profiles: { tcp: PROFILE },
      }
      const node = await world.node(`h${i}`, settings, world.host(`h${i}`, `10.9.0.${i}`))
      hearts.push(heartOf(node, true))
      await world.run(node)
      honest.push(own)
    }
    await world.world.advance(3000)
    await Promise.all(hearts.map(({ chat }) => chat()))

    const { field, end } = battlefield(world, url)
    const assaulting = assault(field)
    let mostChannels = 0
    for (let second = 0; second < MINUTES * 60; second += 5) {
      await world.world.advance(5000)
      mostChannels = Math.max(mostChannels, bob.p2p.channels().length)
      for (const colour of ["grey", "white", "gold", "dark"] as const) {
        expect(bob.p2p.hosts.lists.size(colour)).toBeLessThanOrEqual(LIST_CAPS[colour])
      }
      for (const { queuedBytes } of bob.p2p.channels()) expect(queuedBytes).toBeLessThan(5 * 2 ** 20)
    }
    end()
    const tallies = await world.world.runUntil(assaulting)
    await world.world.advance(1000)

    const [, ...pulses] = hearts.map(({ pulse }) => pulse)
    for (const pulse of pulses) {
      expect(pulse).toMatchObject({ late: 0, lost: 0, doubled: 0, refused: 0, ends: [] })
      expect(pulse.beats).toBeGreaterThan(3 * MINUTES * 55)
      expect(Object.keys(pulse.heard)).toHaveLength(3)
    }
    expect(hearts[0]?.pulse).toMatchObject({ lost: 0, doubled: 0 })
    const bans = judgeBans(tallies, bob.p2p.hosts.lists.entries("black").map((entry) => inner(entry.url))) // prettier-ignore
    expect(bans).toMatchObject({ innocent: [], spared: [] })
    for (const { name, outcome, guilty, wrong } of tallies) {
      expect([name, wrong]).toEqual([name, []])
      if (outcome === "banned") expect(guilty.length).toBeGreaterThan(35)
    }
    expect(mostChannels).toBeLessThan(200)
    expect(bob.p2p.getCounters().addressesDropped).toBeGreaterThan(400_000)
    expect(bob.p2p.getCounters().inboundRefused).toBe(0)

    for (const heart of hearts) heart.stop()
    const stopping = world.world.now
    await world.world.runUntil(bob.p2p.stop())
    expect(world.world.now - stopping).toBeLessThan(2000)
    expect(bob.p2p.channels()).toEqual([])
  },
)
