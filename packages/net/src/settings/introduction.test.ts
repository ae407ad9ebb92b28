import { expect, test } from "vitest"
import { defaultSettings, P2p, type Settings } from "../index.ts"
import { TestNet } from "../testing/test-net.test-kit.ts"
import { checkIntroduction } from "./introduction.ts"
import { settingsFromTable } from "./toml.ts"

function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `tcp+tls://${"a".repeat(60)}.${i + 10}.example:1000/`)
}

const FITS: readonly Partial<Settings>[] = [
  {},
  { nodeId: "n".repeat(1300) },
  { appName: "n".repeat(101) },
  { externalAddrs: addresses(15) },
]

test.each(FITS)("what fits is told: %j", (settings) => {
  expect(() => checkIntroduction({ ...defaultSettings, ...settings })).not.toThrow()
})

test.each([
  [{ nodeId: "n".repeat(1500) }, "nodeId is too long: it may have 1443 bytes with all else"],
  [{ nodeId: "\u{1f600}".repeat(400) }, "nodeId is too long"],
  [
    { appName: "n".repeat(102) },
    "appName is too long: it may have 128 bytes with all else that we tell each peer of ourselves, which are 129",
  ],
  [{ externalAddrs: addresses(17) }, "externalAddrs is too long"],
] satisfies [Partial<Settings>, string][])(
  "what does not fit is refused before any connection fails: %j",
  async (settings, message) => {
    await expect(P2p.create(settings)).rejects.toMatchObject({
      name: "SettingsError",
      code: "wrong-value",
      message: expect.stringContaining(message) as string,
    })
  },
)

test("a file is told of it in its own words", () => {
  expect(() => settingsFromTable({ node_id: "n".repeat(1500) })).toThrow("node_id is too long")
  expect(() => settingsFromTable({ external_addrs: addresses(17) })).toThrow("external_addrs is too long")
})

test("half a character, which no message can hold, is refused too", async () => {
  await expect(P2p.create({ nodeId: "\ud83d" })).rejects.toThrow("nodeId: ")
})

test("a reload that does not fit changes nothing", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  expect(() => bob.p2p.reload({ externalAddrs: addresses(17), outboundConnections: 3 })).toThrow(
    "externalAddrs is too long",
  )
  expect(bob.p2p.settings).toMatchObject({ externalAddrs: [], outboundConnections: 0 })
})

test("with all that fits, two nodes of the longest names introduce themselves", async () => {
  await using net = new TestNet()
  const settings = { nodeId: "n".repeat(200), appName: "n".repeat(101), externalAddrs: addresses(12) }
  const bob = await net.listening("bob", settings)
  const alice = await net.node("alice", { ...settings, peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(1000)
  expect(alice.p2p.peers()).toHaveLength(1)
})
