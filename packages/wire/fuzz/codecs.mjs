// Codecs of every kind, by name: for the tests, the fuzzer and the benchmark. The messages are those of the network
// (darkfi-net 3.1), of dchat and of the event graph, with the field names of the recordings.
import {
  array,
  blob,
  bool,
  bytes,
  convert,
  enumeration,
  f32,
  f64,
  hex,
  i128,
  i16,
  i32,
  i64,
  i8,
  lazy,
  map,
  option,
  semver,
  set,
  sized,
  string,
  struct,
  tagged,
  tuple,
  u128,
  u16,
  u32,
  u64,
  u8,
  unit,
  url,
  usize,
  varint,
  vec,
} from "@dchat/wire"

const hash = hex(32)
const tips = map(u64, set(hash), { sorted: true })
const header = struct({ timestamp: u64, parents: array(hash, 5), layer: u64, content_hash: hash })
const event = struct({ header, content: blob })

/** The payloads, by command. */
export const messages = {
  ping: struct({ nonce: u16 }),
  pong: struct({ nonce: u16 }),
  getaddr: struct({ max: u32, transports: vec(string) }),
  addr: struct({ addrs: vec(tuple(url, u64)) }),
  version: struct({
    node_id: string,
    app_name: string,
    version: semver,
    timestamp: u64,
    connect_recv_addr: url,
    resolve_recv_addr: option(url),
    ext_send_addr: vec(url),
    features: vec(tuple(string, u32)),
  }),
  verack: struct({ app_version: semver, app_name: string }),
  hpreq: struct({ nonce: u64, target_addr: url, our_addrs: vec(url) }),
  hpconn: struct({ nonce: u64, peer_addr: url, observed_addr: url, connect_at: u64 }),
  hpres: struct({ nonce: u64, success: bool, error: option(string) }),
  DchatMsg: struct({ msg: string }),
  "EventGraph::EventPut": struct({ event, blob }),
  "EventGraph::EventReq": vec(hash),
  "EventGraph::EventRep": struct({ events: vec(event), blobs: vec(blob) }),
  "EventGraph::HeaderReq": struct({ slot: string, tips }),
  "EventGraph::HeaderRep": vec(header),
  "EventGraph::TipReq": struct({ slot: string }),
  "EventGraph::TipRep": tips,
}

/** A packet (darkfi-net 2.1) with its payload as it is. */
export const packet = struct({ magic: hex(4), command: string, payload: blob })

/**
 * A value that contains itself.
 *
 * @typedef {{ name: string, children: Tree[] }} Tree
 * @type {import("@dchat/wire").Codec<Tree>}
 */
export const tree = struct({ name: string, children: vec(lazy(() => tree)) })

/** One of each. */
export const codecs = {
  u8,
  u16,
  u32,
  u64,
  u128,
  i8,
  i16,
  i32,
  i64,
  i128,
  usize,
  f32,
  f64,
  bool,
  varint,
  string,
  blob,
  unit,
  url,
  semver,
  "bytes(4)": bytes(4),
  "hex(4)": hex(4),
  "vec(u16)": vec(u16),
  "vec(string)": vec(string),
  "vec(unit)": vec(unit),
  "vec(vec(struct()))": vec(vec(struct({}))),
  "array(u16, 3)": array(u16, 3),
  "option(u32)": option(u32),
  "tuple(u8, string, bool)": tuple(u8, string, bool),
  "struct(id, name)": struct({ id: u32, name: string }),
  "map(string, u8)": map(string, u8),
  "map(u64, string), sorted": map(u64, string, { sorted: true }),
  "set(string)": set(string),
  "set(string), sorted": set(string, { sorted: true }),
  "enumeration(circle, square, nothing, named, list)": enumeration({
    circle: f64,
    square: tagged(10, u16),
    nothing: unit,
    named: struct({ name: string }),
    list: tagged(0xff, vec(u8)),
  }),
  "sized(string)": sized(string),
  "convert(u64)": convert(u64, safeNumber, BigInt),
  tree,
  packet,
  ...messages,
}

/** @param {bigint} value */
function safeNumber(value) {
  if (value > Number.MAX_SAFE_INTEGER) throw new RangeError(`${value} is not a safe number`)
  return Number(value)
}
