// Prints the SHA-256 of the trace of a small world in which everything happens: streams on a bad network, TLS, timers,
// randomness, stores. It must be the same on every run and every version of Node.
//
//   node packages/runtime/scripts/trace-hash.js        (after a build)
import { createHash } from "node:crypto"
import { pathToFileURL } from "node:url"
import { NetworkError } from "@dchat/runtime"

/** @import { ByteStream, TlsIdentity } from "@dchat/runtime" */
/** @import { LinkPolicy, VirtualHost } from "@dchat/runtime/virtual" */

const HOSTS = 6
const PORT = 7000

/** A network with jitter, arbitrary chunks, holds, resets and lost attempts. @type {LinkPolicy} */
const badNetwork = {
  connect(_link, { random }) {
    const dice = random.integer(20)
    if (dice === 0) return { kind: "refuse", delay: 5 }
    if (dice === 1) return { kind: "lose" }
    return { kind: "deliver", delay: 10 + random.float() * 40 }
  },
  send(_link, bytes, { random }) {
    const dice = random.integer(100)
    if (dice === 0) return { kind: "reset", delay: 20 }
    if (dice < 5) return { kind: "hold", delay: 200 }
    if (dice < 50 || bytes === 0) return { kind: "deliver", delay: 10 + random.float() * 90 }
    const pieces = Array.from({ length: 1 + random.integer(4) }, () => ({
      bytes: 1 + random.integer(bytes),
      delay: 10 + random.integer(50),
    }))
    return { kind: "pieces", pieces }
  },
}

/**
 * @param {typeof import("@dchat/runtime/virtual").virtualWorld} virtualWorld
 * @param {number} seed
 * @returns the hash, and how many lines it is of
 */
export async function traceHash(virtualWorld, seed = 42) {
  const hash = createHash("sha256")
  let lines = 0
  const world = virtualWorld({
    seed,
    links: badNetwork,
    windowBytes: 4096,
    onTrace: (line) => {
      hash.update(`${line}\n`)
      lines++
    },
  })
  const hosts = Array.from({ length: HOSTS }, (_, index) => world.host({ name: `host-${index}` }))
  for (const host of hosts) void serve(host)
  const lives = hosts.map((host) => live(host))
  await world.runUntil(Promise.all(lives))
  await world.runUntilIdle()
  return { hash: hash.digest("hex"), lines }
}

/** Echoes what it gets, over TLS on the next port. @param {VirtualHost} host */
async function serve(host) {
  const listen = async (/** @type {number} */ port, /** @type {(stream: ByteStream) => unknown} */ onStream) => {
    for await (const stream of await host.network.listen({ kind: "tcp", host: "0.0.0.0", port })) onStream(stream)
  }
  await Promise.all([
    listen(PORT, echo),
    listen(PORT + 1, (stream) => {
      const upgrade = host.network.upgradeTls(stream, {
        role: "server",
        identity: identityOf(host),
        requestCertificate: true,
      })
      upgrade.then(echo, () => {})
    }),
  ])
}

/** @param {ByteStream} stream */
function echo(stream) {
  stream.readInto({
    data: (chunk) => {
      if (stream.write(chunk)) return
      stream.pause()
      void stream.drained().then(() => stream.resume())
    },
    end: () => stream.end(),
    close: () => {},
  })
}

/** Talks to the others for a while, and keeps a diary. @param {VirtualHost} host */
async function live(host) {
  const { clock, network, store } = host
  const random = host.random.fork("life")
  for (let day = 0; day < 12; day++) {
    await new Promise((resolve) => clock.setTimer(random.integer(400) + random.float(), () => resolve(undefined)))
    clock.setTimer(50, () => {}).cancel()
    if (random.integer(4) === 0) clock.stepWallTime(random.integer(2_000) - 1_000)
    const isSecret = random.integer(2) === 0
    const address = /** @type {const} */ ({
      kind: "tcp",
      host: `host-${random.integer(HOSTS)}`,
      port: isSecret ? PORT + 1 : PORT,
    })
    let outcome
    try {
      const plain = await network.connect(address)
      const stream = isSecret ? await network.upgradeTls(plain, { role: "client", identity: identityOf(host) }) : plain
      outcome = await talk(stream, random.bytes(random.integer(20_000)))
    } catch (error) {
      outcome = error instanceof NetworkError ? error.code : String(error)
    }
    await store.write(`diary/${random.integer(3)}`, new TextEncoder().encode(`${clock.now()} ${outcome}`))
    if (random.integer(5) === 0) await store.remove("diary/0")
  }
  await store.write("names", new TextEncoder().encode((await store.list()).join()))
}

/** @param {ByteStream} stream @param {Uint8Array} bytes @returns {Promise<string>} how it ended */
function talk(stream, bytes) {
  let received = 0
  return new Promise((resolve) => {
    stream.readInto({
      data: (chunk) => {
        received += chunk.length
      },
      end: () => {},
      close: (error) => resolve(`${received} of ${bytes.length}, ${error?.code ?? "in good order"}`),
    })
    for (let at = 0; at < bytes.length; at += 700) stream.write(bytes.subarray(at, at + 700))
    stream.end()
  })
}

/** @param {VirtualHost} host @returns {TlsIdentity} */
function identityOf({ name }) {
  return { certificate: new TextEncoder().encode(`certificate of ${name}`), privateKey: new Uint8Array() }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { virtualWorld } = await import("@dchat/runtime/virtual")
  const { hash, lines } = await traceHash(virtualWorld)
  console.log(`${hash}  ${lines} events, Node ${process.versions.node}`)
}
