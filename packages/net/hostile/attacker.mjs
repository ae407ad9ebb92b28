// All hostile clients, each from an address of its own in 127.0.0.0/8. They leave the processor to the others when there is
// not enough: real ones bring their own.
import { generateKeyPairSync, sign } from "node:crypto"
import { setPriority } from "node:os"
import { Duplex } from "node:stream"
import { connect as connectTls } from "node:tls"
import { defaultSettings } from "@dchat/net"
import { nodeRuntime } from "@dchat/runtime/node"
import { PacketEncoder } from "../dist/channel/packet-encoder.js"
import { Addr, GetAddr } from "../dist/message/address.js"
import { Ping, Pong } from "../dist/message/ping.js"
import { Verack, Version } from "../dist/message/version.js"
import { newIdentity, OID, TLS_NAME } from "../dist/transport/tls/certificate.js"
import { ascii, element, oid, TAG, unsigned } from "../dist/transport/tls/der.js"
import { makeRandom } from "../fuzz/random.mjs"
import { assault } from "./assault.mjs"
import { dialSocket, listenOnSocket, streamLine } from "./lines.mjs"
import { Chat } from "./network.mjs"
import { serve } from "./roles.mjs"
import { makeWords } from "./words.mjs"

const NICENESS = 5

const runtime = nodeRuntime()
const { magicBytes: magic, appName, appVersion } = defaultSettings
let end = () => {}
let tallies

serve({
  async start({ seed, tcpPort, tlsPort }) {
    setPriority(NICENESS)
    let isOver = false
    const sleepers = new Set()
    const sleep = (ms) =>
      new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer)
          sleepers.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, ms)
        sleepers.add(wake)
      })
    end = () => {
      isOver = true
      for (const wake of sleepers) wake()
    }
    const random = makeRandom(seed)
    const encoder = new PacketEncoder(magic)
    const words = makeWords({
      encode: (type, value) => encoder.encode(type, value),
      magic,
      app: { appName, appVersion },
      types: { Version, Verack, Ping, Pong, GetAddr, Addr, Chat },
      random,
    })
    const identities = { tls: newIdentity(runtime.random), "no certificate": undefined, "wrong name": misnamed(), "wrong key": ofAnotherKind() } // prettier-ignore
    const dialTls = async (localHost, identity) => {
      const stream = await runtime.network.connect({ kind: "tcp", host: "127.0.0.1", port: tlsPort }, { localHost })
      const options = { role: "client", serverName: TLS_NAME, ...(identity === undefined ? {} : { identity }) }
      return streamLine(await runtime.network.upgradeTls(stream, options))
    }
    tallies = assault({
      dial(from, how) {
        if (how === "tcp") return dialSocket(from, tcpPort)
        return how === "plain at tls" ? dialSocket(from, tlsPort) : dialTls(from, identities[how])
      },
      listen: listenOnSocket,
      sleep,
      now: () => performance.now(),
      random,
      words,
      clientHello: await clientHello(),
      crowd: 1,
      pace: 1,
      isOver: () => isOver,
    })
  },
  /** No new attacks; those that go on stay as they are. */
  async end() {
    end()
    return tallies
  },
})

/** The first thing that a TLS client of the network says. @returns {Promise<Buffer>} */
function clientHello() {
  return new Promise((resolve) => {
    const nowhere = new Duplex({ read() {}, write: (chunk) => resolve(chunk) })
    connectTls({ socket: nowhere, servername: TLS_NAME, minVersion: "TLSv1.3", rejectUnauthorized: false })
  })
}

/** A certificate made out to somebody else. */
function misnamed() {
  const { certificate, privateKey } = newIdentity(runtime.random)
  const forged = Buffer.from(certificate)
  forged.write("dark.no".slice(0, TLS_NAME.length), forged.indexOf(TLS_NAME))
  return { certificate: new Uint8Array(forged), privateKey }
}

/** A certificate for a key of the wrong kind. */
function ofAnotherKind() {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const algorithm = element(TAG.sequence, oid("1.2.840.10045.4.3.2"))
  const name = element(TAG.sequence)
  const times = [ascii(TAG.utcTime, "750101000000Z"), ascii(TAG.generalizedTime, "40960101000000Z")]
  const names = element(TAG.sequence, ascii(TAG.implicit(2), TLS_NAME))
  const extension = element(TAG.sequence, OID.subjectAltName, element(TAG.octetString, names))
  const content = element(
    TAG.sequence,
    element(TAG.explicit(0), unsigned(Uint8Array.of(2))),
    unsigned(Uint8Array.of(1)),
    algorithm,
    name,
    element(TAG.sequence, ...times),
    name,
    new Uint8Array(publicKey.export({ format: "der", type: "spki" })),
    element(TAG.explicit(3), element(TAG.sequence, extension)),
  )
  const signature = element(TAG.bitString, Uint8Array.of(0), sign("sha256", content, privateKey))
  return {
    certificate: element(TAG.sequence, content, algorithm, signature),
    privateKey: new Uint8Array(privateKey.export({ format: "der", type: "pkcs8" })),
  }
}
