import * as fc from "fast-check"
import { expect, test } from "vitest"
import { RawPeer } from "../testing/raw-peer.test-kit.ts"
import { TestNet, urlOn } from "../testing/test-net.test-kit.ts"

const ALIKE = "appName and the first two numbers of appVersion must be the same on both sides"
const TEN_MINUTES = 600_000

function version(major: number, minor: number, patch = 0) {
  return { major: BigInt(major), minor: BigInt(minor), patch: BigInt(patch), pre: "", build: "" }
}

test("two nodes that do not fit say so once, each with both versions; two that do say nothing of it", async () => {
  const number = fc.integer({ min: 0, max: 2 })
  const introduction = fc.record({ appName: fc.constantFrom("a", "b"), major: number, minor: number, patch: number })
  await fc.assert(
    fc.asyncProperty(introduction, introduction, async (one, other) => {
      await using net = new TestNet()
      const settingsOf = ({ appName, major, minor, patch }: typeof one) => ({
        appName,
        appVersion: version(major, minor, patch),
      })
      const nameOf = ({ appName, major, minor, patch }: typeof one) => `"${appName}" ${major}.${minor}.${patch}`
      const bob = await net.listening("bob", settingsOf(one))
      const alice = await net.node("alice", { peers: [bob.url], ...settingsOf(other) })
      await net.run(alice)
      // It is dialled dozens of times.
      await net.world.advance(TEN_MINUTES - 1000)

      const fits = one.appName === other.appName && one.major === other.major && one.minor === other.minor
      expect(alice.p2p.peers()).toHaveLength(fits ? 1 : 0)
      const about = (name: string) => net.said(name).filter((line) => line.includes("we are"))
      const [dialled, dialler] = [nameOf(one), nameOf(other)]
      expect(about("alice")).toEqual(
        fits ? [] : [`No connection to ${bob.url}: the peer is ${dialled}, we are ${dialler}: ${ALIKE}; trying again`],
      )
      expect(about("bob").map((line) => line.replace(/:\d+\/ /, " "))).toEqual(
        fits
          ? []
          : [
              `Somebody at tcp://10.0.0.2 does not fit and was not taken in: the peer is ${dialler}, we are ${dialled}: ${ALIKE}`,
            ],
      )
      expect([alice.p2p.hosts.lists.size("black"), bob.p2p.hosts.lists.size("black")]).toEqual([0, 0])
    }),
    { numRuns: 20 },
  )
})

test("a node of another network is said to be one, once, on both sides", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob", { magicBytes: Uint8Array.of(1, 2, 3, 4) })
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(TEN_MINUTES - 1000)
  const begins = (theirs: string, ours: string) =>
    `a packet begins with ${theirs}, which is not this network's magic (${ours}): ` +
    "it is of another network, whose magicBytes differ, or no node at all"
  const about = (name: string) => net.said(name).filter((line) => line.includes("magic"))
  expect(about("alice")).toEqual([`No connection to ${bob.url}: ${begins("01 02 03 04", "7f 40 0c c9")}; trying again`])
  expect(about("bob")).toEqual([expect.stringContaining(begins("7f 40 0c c9", "01 02 03 04"))])
})

/** What a node says that keeps up a peer which does no more than `play`. */
async function saidOf(play: (peer: RawPeer) => Promise<void> | void): Promise<string> {
  await using net = new TestNet()
  const host = net.host("peer")
  const alice = await net.node("alice", { peers: [urlOn(host)] })
  const accepting = RawPeer.accept(urlOn(host), host)
  await net.run(alice)
  const peer = await net.world.runUntil(accepting)
  await net.world.advance(10)
  expect(peer.commands).toEqual(["version"])
  const played = play(peer)
  await net.world.advance(15_000)
  await played
  return net.said("alice").find((line) => line.startsWith("No connection")) ?? "nothing"
}

test("a peer that hangs up on our version has likely another: the error says which is ours", async () => {
  const said = await saidOf((peer) => peer.close())
  expect(said).toMatch(
    /^No connection to tcp:\/\/10\.0\.0\.1:1000\/: the (?:peer closed the connection|connection was closed); /,
  )
  expect(said).toContain(
    "it has not said who it is, and may expect another appName, appVersion or magicBytes than ours " +
      '("dchatd" 0.4.1, 7f 40 0c c9), have banned us, have no place left for us, or be no node at all; trying again',
  )
})

test("a peer that hangs up once it has said who it is, is told of with that", async () => {
  const said = await saidOf(async (peer) => {
    peer.sayVersion({ appName: "ircd" })
    peer.end()
  })
  expect(said).toContain(`: the peer is "ircd" 0.4.1, we are "dchatd" 0.4.1: ${ALIKE}; trying again`)
})

test("a peer that fits and hangs up has other reasons, of which we know nothing", async () => {
  const said = await saidOf(async (peer) => {
    peer.sayVersion()
    peer.end()
  })
  expect(said).toMatch(/: the peer closed the connection; trying again$/)
})

test("a port that says nothing may be no node", async () => {
  const said = await saidOf(() => {})
  expect(said).toContain("the version exchange took too long: the peer says nothing, so it may be no node at all")
})

test("many who do not fit cannot fill the log, one of them least of all", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const about = () => net.said("bob").filter((line) => line.includes("does not fit"))
  const stranger = net.host("stranger")
  const visit = async (host: typeof stranger, appName: string) => {
    const peer = await net.world.runUntil(RawPeer.dial(bob.url, host))
    peer.introduce({ appName })
    await net.world.advance(100)
    expect(peer.closedAt).toBeDefined()
  }
  for (let i = 0; i < 10; i++) await visit(stranger, `name ${i}`)
  expect(about()).toHaveLength(3)
  for (let i = 0; i < 40; i++) await visit(net.host(`stranger ${i}`), "x".repeat(100))
  expect(about()).toHaveLength(16)
  expect(about().at(-1)).toContain(`the peer is "${"x".repeat(64)}..." 0.4.1,`)
  await net.world.advance(TEN_MINUTES)
  await visit(stranger, "name 0")
  expect(about()).toHaveLength(17)
})
