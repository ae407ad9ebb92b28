import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { codecs, type Tree } from "../fuzz/codecs.mjs"
import { type Codec, decode, encode, Reader, Writer } from "./index.ts"

const u8 = fc.integer({ min: 0, max: 0xff })
const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const u64 = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.maxSafeNat().map(BigInt))
const signed = (bits: bigint): fc.Arbitrary<bigint> => fc.bigInt({ min: -(2n ** bits), max: 2n ** bits - 1n })
/** Long enough, now and then, for a VarInt of three bytes, and for text that is not ASCII to outgrow the first guess. */
const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
)
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"))
const blob = fc.uint8Array({ maxLength: 300 })
const semver = fc.record({
  major: u64,
  minor: u64,
  patch: u64,
  pre: fc.constantFrom("", "rc.1", "0", "alpha-7.x", "0a.-"),
  build: fc.constantFrom("", "007", "2026.11-x"),
})
const url = fc
  .tuple(
    fc.constantFrom("tcp", "tcp+tls", "tor", "quic", "socks5+tls"),
    fc.oneof(fc.ipV4(), fc.domain(), fc.constant("[2001:db8::1]")),
    fc.integer({ min: 0, max: 65_535 }),
    fc.constantFrom("/", "/a/b", "/?x=y", "/#f"),
  )
  .map(([scheme, host, port, end]) => `${scheme}://${host}:${port}${end}`)
const tips = fc.array(
  fc.tuple(
    u64,
    fc.array(hash, { maxLength: 3 }).map((list) => new Set(list)),
  ),
  { maxLength: 4 },
)
const header = fc.record({
  timestamp: u64,
  parents: fc.array(hash, { minLength: 5, maxLength: 5 }),
  layer: u64,
  content_hash: hash,
})
const event = fc.record({ header, content: blob })
const tree = fc.letrec<{ tree: Tree; children: Tree[] }>((tie) => ({
  tree: fc.record({ name: text, children: tie("children") }),
  children: fc.oneof(
    { maxDepth: 4, depthIdentifier: "tree" },
    fc.constant<Tree[]>([]),
    fc.array(tie("tree"), { maxLength: 3 }),
  ),
})).tree
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })

/** Values of every codec. */
const arbitraries: Record<keyof typeof codecs, fc.Arbitrary<unknown>> = {
  u8,
  u16,
  u32,
  u64,
  u128: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
  i8: fc.integer({ min: -(2 ** 7), max: 2 ** 7 - 1 }),
  i16: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
  i32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  i64: signed(63n),
  i128: signed(127n),
  usize: u64,
  f32: fc.float(),
  f64: fc.double(),
  bool: fc.boolean(),
  varint: fc.oneof(u64, u16.map(BigInt), u32.map(BigInt)),
  string: text,
  blob,
  unit: fc.constant(undefined),
  url,
  semver,
  "bytes(4)": fc.uint8Array({ minLength: 4, maxLength: 4 }),
  "hex(4)": u32.map((number) => number.toString(16).padStart(8, "0")),
  "vec(u16)": fc.array(u16, { maxLength: 300 }),
  "vec(string)": fc.array(text),
  "vec(unit)": fc.array(fc.constant(undefined)),
  "vec(vec(struct()))": fc.array(fc.array(fc.constant({}))),
  "array(u16, 3)": fc.array(u16, { minLength: 3, maxLength: 3 }),
  "option(u32)": optional(u32),
  "tuple(u8, string, bool)": fc.tuple(u8, text, fc.boolean()),
  "struct(id, name)": fc.record({ id: u32, name: text }, { noNullPrototype: true }),
  "map(string, u8)": fc.array(fc.tuple(text, u8)).map((entries) => new Map(entries)),
  "map(u64, string), sorted": fc.array(fc.tuple(u64, text)).map((entries) => new Map(entries)),
  "set(string)": fc.array(text).map((list) => new Set(list)),
  "set(string), sorted": fc.array(text).map((list) => new Set(list)),
  "enumeration(circle, square, nothing, named, list)": fc.oneof(
    fc.record({ kind: fc.constant("circle"), value: fc.double() }),
    fc.record({ kind: fc.constant("square"), value: u16 }),
    fc.record({ kind: fc.constant("nothing") }),
    fc.record({ kind: fc.constant("named"), value: fc.record({ name: text }) }),
    fc.record({ kind: fc.constant("list"), value: fc.array(u8) }),
  ),
  "sized(string)": text,
  "convert(u64)": fc.maxSafeNat(),
  tree,
  packet: fc.record({ magic: u32.map((number) => number.toString(16).padStart(8, "0")), command: text, payload: blob }),
  ping: fc.record({ nonce: u16 }),
  pong: fc.record({ nonce: u16 }),
  getaddr: fc.record({ max: u32, transports: fc.array(text) }),
  addr: fc.record({ addrs: fc.array(fc.tuple(url, u64)) }),
  version: fc.record({
    node_id: text,
    app_name: text,
    version: semver,
    timestamp: u64,
    connect_recv_addr: url,
    resolve_recv_addr: optional(url),
    ext_send_addr: fc.array(url),
    features: fc.array(fc.tuple(text, u32)),
  }),
  verack: fc.record({ app_version: semver, app_name: text }),
  hpreq: fc.record({ nonce: u64, target_addr: url, our_addrs: fc.array(url) }),
  hpconn: fc.record({ nonce: u64, peer_addr: url, observed_addr: url, connect_at: u64 }),
  hpres: fc.record({ nonce: u64, success: fc.boolean(), error: optional(text) }),
  DchatMsg: fc.record({ msg: text }),
  "EventGraph::EventPut": fc.record({ event, blob }),
  "EventGraph::EventReq": fc.array(hash),
  "EventGraph::EventRep": fc.record({
    events: fc.array(event, { maxLength: 3 }),
    blobs: fc.array(blob, { maxLength: 3 }),
  }),
  "EventGraph::HeaderReq": fc.record({ slot: text, tips: tips.map((entries) => new Map(entries)) }),
  "EventGraph::HeaderRep": fc.array(header, { maxLength: 3 }),
  "EventGraph::TipReq": fc.record({ slot: text }),
  "EventGraph::TipRep": tips.map((entries) => new Map(entries)),
}

const named = Object.entries(codecs as Record<string, Codec<unknown>>).map(([name, codec]) => ({
  name,
  codec,
  values: arbitraries[name as keyof typeof codecs],
}))

describe.each(named)("$name", ({ codec, values }) => {
  test("decode(encode(x)) is x", () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encode(codec, value)
        expect(bytes.length).toBeGreaterThanOrEqual(codec.minBytes)
        expect(decode(codec, bytes)).toEqual(value)
      }),
    )
  })

  test("a writer's memory grows and a reader's bounds move without a trace in the bytes", () => {
    fc.assert(
      fc.property(fc.array(values, { maxLength: 4 }), fc.integer({ min: 0, max: 40 }), (list, chunkBytes) => {
        const writer = new Writer(chunkBytes)
        const taken = list.map((value) => {
          codec.encode(writer, value)
          return writer.take()
        })
        expect(taken.map((bytes) => [...bytes])).toEqual(list.map((value) => [...encode(codec, value)]))
        const joined = Uint8Array.from([7, ...taken.flatMap((bytes) => [...bytes]), 7])
        const reader = new Reader(joined, 1, joined.length - 1)
        expect(list.map(() => codec.decode(reader))).toEqual(list)
        expect(reader.remaining).toBe(0)
      }),
      { numRuns: 30 },
    )
  })
})

test("what is longer than its first guess of a length moves up", () => {
  for (const length of [0, 1, 252, 253, 65_535, 65_536]) {
    for (const text of ["x".repeat(length), "漢".repeat(length), `${"x".repeat(length)}漢`]) {
      const codec = codecs["sized(string)"]
      expect(decode(codec, encode(codec, text))).toBe(text)
    }
  }
})
