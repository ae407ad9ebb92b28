// What hostile peers say: bytes, made for one network.

/** @typedef {import("../src/message/message.ts").MessageType<unknown>} AnyMessage */

/**
 * @typedef {object} Vocabulary What the words are made of: from the sources in a test, from the build in a long run.
 * @property {(type: any, value: any) => Uint8Array} encode Makes a packet.
 * @property {Uint8Array} magic
 * @property {{ appName: string, appVersion: object }} app What an honest peer of the network says it is.
 * @property {Record<"Version" | "Verack" | "Ping" | "Pong" | "GetAddr" | "Addr" | "Chat", any>} types `Chat` is an
 *   application's message with one text, `msg`, of up to 1 MiB, that is not metered.
 * @property {(bound: number) => number} random
 */

/** @typedef {ReturnType<typeof makeWords>} Words */

/** Addresses where nobody is, told to whoever listens: 127.200.0.0 and up. */
const NOWHERE = 200
/** No addr may be longer. */
const ADDR_BYTES = 65_281
/** Seconds: in some hundred million years. */
const FAR_FUTURE = 2n ** 52n

/** @param {Vocabulary} vocabulary */
export function makeWords({ encode, magic, app, types, random }) {
  const { Version, Verack, Ping, Pong, GetAddr, Addr, Chat } = types
  const header = (/** @type {string} */ command, /** @type {readonly number[]} */ rest) => {
    const text = new TextEncoder().encode(command)
    return Uint8Array.of(...magic, text.length, ...text, ...rest)
  }
  const version = (/** @type {readonly string[]} */ extSendAddr = [], timestamp = 0n) =>
    encode(Version, {
      nodeId: "",
      appName: app.appName,
      version: app.appVersion,
      timestamp,
      connectRecvAddr: "tcp://127.0.0.1:1000/",
      resolveRecvAddr: undefined,
      extSendAddr,
      features: [],
    })
  const verack = encode(Verack, app)
  const nonce = () => ({ nonce: random(0x1_0000) })
  const times = (/** @type {number} */ count, /** @type {() => Uint8Array} */ make) =>
    joined(Array.from({ length: count }, make))
  const garbage = (/** @type {number} */ length) => {
    const bytes = Uint8Array.from({ length }, () => random(256))
    // By chance it must not be the network's.
    bytes[0] = (magic[0] ?? 0) ^ 0xff
    return bytes
  }
  const surplus = (/** @type {Uint8Array} */ packet) => {
    // The length of the payload is its last one byte, since the messages are short.
    const at = magic.length + 1 + (packet[magic.length] ?? 0)
    const longer = joined([packet, Uint8Array.of(7, 7, 7)])
    longer[at] = (longer[at] ?? 0) + 3
    return longer
  }
  return {
    /** Version and verack, as an honest peer says them; `ways` is where it can be reached. */
    introduction: (/** @type {readonly string[]} */ ways = [], timestamp = 0n) =>
      joined([version(ways, timestamp), verack]),
    version: version(),
    garbage,
    wrongMagic: joined([magic.map((byte) => byte ^ 0x55), version().subarray(magic.length)]),
    unknownCommand: header("nonsense", [1, 0]),
    emptyCommand: header("", [0]),
    longCommand: Uint8Array.of(...magic, 0xfd, 0, 1, ...new Uint8Array(256).fill(97), 0),
    commandOfAnotherText: Uint8Array.of(...magic, 2, 0xc3, 0x28, 0),
    nonMinimalCommandLength: Uint8Array.of(...magic, 0xfd, 4, 0, ...new TextEncoder().encode("ping"), 2, 1, 1),
    nonMinimalPayloadLength: header("ping", [0xfd, 2, 0, 1, 1]),
    /** 2^62 bytes, of which none comes. */
    oversize: header("version", [0xff, 0, 0, 0, 0, 0, 0, 0, 0x40]),
    /** One more than the limit. */
    slightlyTooLong: header("addr", [0xfd, 0x02, 0xff]),
    getAddrOfManyTransports: header("getaddr", [58, ...new Uint8Array(58)]),
    undecodable: header("verack", [5, 0xff, 0xff, 0xff, 0xff, 0xff]),
    /** The message of an application, which has room for bytes that do not belong to it. */
    surplus: surplus(encode(Chat, { msg: "hi" })),
    wrongVersion: joined([version(), encode(Verack, { ...app, appName: "another" })]),
    wrongPong: times(1, () => encode(Pong, nonce())),
    /** Too many of each message that is metered: the limit of a channel is 28. */
    tooMany: {
      version: times(32, () => version()),
      verack: times(32, () => verack),
      ping: times(32, () => encode(Ping, nonce())),
      pong: times(32, () => encode(Pong, nonce())),
      getaddr: times(32, () => encode(GetAddr, { max: 1000, transports: ["tcp"] })),
      addr: times(32, () => encode(Addr, { addrs: [] })),
    },
    /** As often as nobody minds, but for what follows: each answer is as large as it can be. */
    questions: times(6, () => encode(GetAddr, { max: 0xffff_ffff, transports: ["tcp", "tcp+tls"] })),
    /** About 1,900 addresses where nobody is, seen in the far future. */
    flood: () => {
      const addrs = []
      for (let bytes = 3; bytes < ADDR_BYTES - 36;) {
        const url = `tcp://127.${NOWHERE + random(50)}.${random(256)}.${1 + random(254)}:${1000 + random(9000)}/`
        addrs.push([url, FAR_FUTURE])
        bytes += url.length + 1 + 8
      }
      return encode(Addr, { addrs })
    },
    /** One's own address, seen at the end of time. */
    ownAddress: (/** @type {string} */ way) => encode(Addr, { addrs: [[way, 2n ** 64n - 1n]] }),
    /** An addr with one address, whose name is as long as fits, not ASCII, and takes a parser of URLs long to encode. */
    longName: () => {
      const name = Array.from({ length: 21_000 }, () => String.fromCodePoint(0x4e00 + random(20_000))).join("")
      const url = new TextEncoder().encode(`http://${name}:1/`)
      const length = [0xfd, (url.length + 12) & 0xff, (url.length + 12) >> 8]
      const entry = [1, 0xfd, url.length & 0xff, url.length >> 8]
      return joined([header("addr", [...length, ...entry]), url, new Uint8Array(8)])
    },
    chat: (/** @type {number} */ length) => encode(Chat, { msg: "x".repeat(length) }),
  }
}

/** @param {readonly Uint8Array[]} parts */
export function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
