// What it costs to encode and to decode the messages that nodes send most, in nanoseconds each.
// Run `npx tsc -b packages/wire` first, then: node bench/wire/bench.mjs [--json]
import { bytes, decode, encode, sized, string, struct, Writer } from "@dchat/wire"
import { messages } from "../../packages/wire/fuzz/codecs.mjs"

const address = (i) => `tcp+tls://10.${i % 200}.7.${(i * 7) % 250}:${20_000 + i}/`
const cases = [
  ["ping", messages.ping, { nonce: 8878 }],
  ["DchatMsg, 64 bytes of ASCII", messages.DchatMsg, { msg: "x".repeat(64) }],
  ["DchatMsg, 64 bytes of Han", messages.DchatMsg, { msg: "漢字".repeat(10) + "abcd" }],
  ["DchatMsg, 100,000 bytes", messages.DchatMsg, { msg: "x".repeat(100_000) }],
  [
    "version",
    messages.version,
    {
      node_id: "",
      app_name: "dchatd",
      version: { major: 0n, minor: 4n, patch: 1n, pre: "", build: "" },
      timestamp: 1_753_290_000n,
      connect_recv_addr: "tcp://127.0.0.1:31448/",
      resolve_recv_addr: "tcp://127.0.0.1:31448/",
      ext_send_addr: ["tcp://127.0.0.1:32448/"],
      features: [],
    },
  ],
  [
    "addr, 100 entries",
    messages.addr,
    { addrs: Array.from({ length: 100 }, (_, i) => [address(i), 1_753_290_000n + BigInt(i)]) },
  ],
]

const writer = new Writer()
const magic = Uint8Array.of(0x7f, 0x40, 0x0c, 0xc9)
const packet = (codec) => struct({ magic: bytes(4), command: string, payload: sized(codec) })
let sink

/** The median of nine runs of about 50 ms each, after as many to warm up. */
function nanoseconds(run) {
  let rounds = 1
  for (let took = 0; took < 50;) {
    const start = performance.now()
    for (let i = 0; i < rounds; i += 1) sink = run()
    took = performance.now() - start
    if (took < 50) rounds = took < 1 ? rounds * 10 : Math.ceil((rounds * 60) / took)
  }
  const times = Array.from({ length: 9 }, () => {
    const start = performance.now()
    for (let i = 0; i < rounds; i += 1) sink = run()
    return ((performance.now() - start) * 1e6) / rounds
  })
  return Math.round(times.sort((a, b) => a - b)[4])
}

const rows = cases.map(([name, codec, payload]) => {
  const framed = packet(codec)
  const message = { magic, command: "version", payload }
  const raw = encode(codec, payload)
  return {
    message: name,
    bytes: raw.length,
    "encode ns": nanoseconds(() => encode(codec, payload)),
    "packet into a writer ns": nanoseconds(() => {
      framed.encode(writer, message)
      return writer.take()
    }),
    "decode ns": nanoseconds(() => decode(codec, raw)),
  }
})

if (process.argv.includes("--json")) console.log(JSON.stringify({ node: process.version, rows }))
else {
  console.log(`Node ${process.version}`)
  console.table(rows)
}
if (sink === undefined) throw new Error("nothing was measured")
