import { ourNode } from "../p2p/our-node.mjs"
import { soon, theirClient, theirServer, told } from "../p2p/their-node.mjs"

const MIB = 2 ** 20

/** What the peer tells of a connection on which all went well. */
const GOOD = {
  suite: "TLS13_AES_256_GCM_SHA384",
  group: "X25519",
  handshake: "Full",
  heard: ["getaddr", "ping", "pong", "verack", "version"],
  end: "close_notify",
}
const WITH_BLOB = { ...GOOD, heard: ["Blob", ...GOOD.heard] }

/** What the peer is told, and what it tells then. */
const TRIES = [
  ["", GOOD],
  ["piece-bytes=1", GOOD],
  ["early", GOOD],
  ["early piece-bytes=1", GOOD],
  ["key-update", GOOD],
  [`blob-bytes=${MIB} piece-bytes=1000`, WITH_BLOB],
  [`blob-bytes=${MIB} record-bytes=64`, WITH_BLOB],
  [`blob-bytes=${MIB} key-update`, WITH_BLOB],
  ["suite=TLS13_AES_128_GCM_SHA256", { ...GOOD, suite: "TLS13_AES_128_GCM_SHA256" }],
  ["suite=TLS13_CHACHA20_POLY1305_SHA256", { ...GOOD, suite: "TLS13_CHACHA20_POLY1305_SHA256" }],
  ["end=half", GOOD],
  ["end=garble", { ...GOOD, end: "received fatal alert: BadRecordMac; then it is closed" }],
  ["end=cut", { ...GOOD, end: "hung up" }],
]
const GROUPS = ["secp256r1", "secp384r1"]

/** Certificates that are none of the network's, and what our node says of them. */
const REFUSED = [
  ["other-name", "its certificate's name is not dark.fi"],
  ["two-names", "its certificate has more than one name"],
]

/** Not a byte of the wire was said, and our node says why. */
async function checkRefusal(check, kind, [{ heard, end }], ours, reason) {
  check(`certificate=${kind}: what our node says to it`, heard, [])
  check(`certificate=${kind}: it ends in failure`, end.startsWith("failed: "), true)
  check(`certificate=${kind}: "${reason}"`, await soon(() => ours.said.some((text) => text.includes(reason))), true)
}

/** Our node has let go of all, and has found no fault. */
async function checkAfter(check, what, ours) {
  check(`${what}: no channel stays`, await soon(() => ours.channels().length === 0), true)
  const { bans, faults } = ours.getCounters()
  check(`${what}: no faults`, { bans, faults }, { bans: 0, faults: {} })
}

export default [
  {
    peer: "rustls 0.23.46",
    over: "TLS, the p2p wire",
    ours: "server",
    async run(check, held) {
      const ours = held.add(await ourNode())
      const groups = GROUPS.map((group) => [`group=${group}`, { ...GOOD, group }])
      for (const [options, expected] of [...TRIES, ...groups]) {
        const visits = await told(theirClient(held, ours.address, options))
        check(options, visits, [{ ...expected, asked: null, tickets: 2 }])
        await checkAfter(check, options, ours)
      }
      check(
        "a ticket is no use: who comes back shows its certificate",
        await told(theirClient(held, ours.address, "times=2"), 2),
        Array.from({ length: 2 }, () => ({ ...GOOD, asked: null, tickets: 2 })),
      )
      for (const [kind, reason] of [...REFUSED, ["p256", "no certificate"], ["none", "no certificate"]]) {
        ours.said.length = 0
        const visits = await told(theirClient(held, ours.address, `certificate=${kind}`))
        await checkRefusal(check, kind, visits, ours, reason)
      }
      await checkAfter(check, "refusals", ours)
    },
  },
  {
    peer: "rustls 0.23.46",
    over: "TLS, the p2p wire",
    ours: "client",
    async run(check, held) {
      const asked = { asked: "dark.fi", tickets: 0 }
      const groups = GROUPS.map((group) => [
        `group=${group}`,
        { ...GOOD, group, handshake: "FullWithHelloRetryRequest" },
      ])
      for (const [options, expected] of [...TRIES, ...groups]) {
        const { theirs, peers } = await theirServer(held, options)
        const ours = held.add(await ourNode({ peers }))
        check(options, await told(theirs), [{ ...expected, ...asked }])
        await checkAfter(check, options, ours)
        await ours.stop()
      }
      const { theirs, peers } = await theirServer(held, "times=2")
      held.add(await ourNode({ peers }))
      check(
        "it takes no ticket",
        await told(theirs, 2),
        Array.from({ length: 2 }, () => ({ ...GOOD, ...asked })),
      )
      for (const [kind, reason] of [...REFUSED, ["p256", "the TLS handshake"]]) {
        const { theirs, peers } = await theirServer(held, `certificate=${kind}`)
        const ours = held.add(await ourNode({ peers }))
        await checkRefusal(check, kind, await told(theirs), ours, reason)
        await ours.stop()
      }
    },
  },
]
