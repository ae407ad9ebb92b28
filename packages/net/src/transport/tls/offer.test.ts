import { once } from "node:events"
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls"
import { StreamPrelude, type ByteStream } from "@dchat/runtime"
import { nodeRuntime } from "@dchat/runtime/node"
import { parseUrl } from "@dchat/wire"
import { expect, test } from "vitest"
import { forgedIdentity } from "../../testing/forged-identity.test-kit.ts"
import { TcpTransport } from "../tcp.ts"
import { TlsTransport } from "./tls.ts"

// What a real OpenSSL says in our name, and whom it takes: as the reference does (darkfi-net 9.3).

const runtime = nodeRuntime()
const tls = () => new TlsTransport(new TcpTransport(runtime.network), runtime)

/** The lists of 16-bit numbers in a ClientHello (RFC 8446 4.1.2): cipher suites, and those of extensions by their number. */
async function clientHello(stream: ByteStream) {
  const prelude = new StreamPrelude(stream, runtime.clock)
  const record = await prelude.read(5)
  const hello = await prelude.read(((record[3] ?? 0) << 8) | (record[4] ?? 0))
  const view = new DataView(hello.buffer, hello.byteOffset, hello.byteLength)
  const numbers = (start: number, end: number) =>
    Array.from({ length: (end - start) / 2 }, (_, i) => view.getUint16(start + 2 * i))
  // The type, the length, the version, 32 random bytes; then the session's id.
  let at = 4 + 2 + 32
  at += 1 + view.getUint8(at)
  const suites = numbers(at + 2, at + 2 + view.getUint16(at))
  at += 2 + view.getUint16(at)
  at += 1 + view.getUint8(at)
  const extensions = new Map<number, Uint8Array>()
  for (at += 2; at < hello.length; at += 4 + view.getUint16(at + 2)) {
    extensions.set(view.getUint16(at), hello.subarray(at + 4, at + 4 + view.getUint16(at + 2)))
  }
  const list = (type: number, header: number) => {
    const body = extensions.get(type) ?? new Uint8Array()
    const start = body.byteOffset - hello.byteOffset
    return numbers(start + header, start + body.length)
  }
  return {
    suites,
    groups: list(10, 2),
    signatures: list(13, 2),
    versions: list(43, 1),
    serverName: new TextDecoder().decode(extensions.get(0)?.subarray(5)),
    protocols: extensions.has(16),
    tickets: extensions.has(35),
  }
}

test("the dialler offers what the reference offers: TLS 1.3, three suites, three groups, Ed25519 and nothing else, dark.fi", async () => {
  const listener = await runtime.network.listen({ kind: "tcp", host: "127.0.0.1", port: 0 })
  const { address } = listener
  const port = address.kind === "tcp" ? address.port : 0
  const dialling = tls()
    .dial(parseUrl(`tcp+tls://127.0.0.1:${port}`))
    .catch((error: Error) => error.message)
  const { value } = await listener[Symbol.asyncIterator]().next()
  const stream = value as ByteStream
  const { suites, ...rest } = await clientHello(stream)
  // OpenSSL always says 0x00ff behind its own: it asks for no renegotiation, which TLS 1.3 has not.
  expect(suites.filter((suite) => suite !== 0x00ff)).toEqual([0x1302, 0x1301, 0x1303])
  expect(rest).toEqual({
    groups: [0x001d, 0x0017, 0x0018],
    signatures: [0x0807],
    versions: [0x0304],
    serverName: "dark.fi",
    protocols: false,
    tickets: false,
  })
  await stream.close()
  expect(await dialling).toContain("the other side left")
  await listener.close()
})

/** What becomes of a client of Node's own that connects to our listener; and what our listener says of it. */
async function client(options: ConnectionOptions): Promise<{ readonly theirs: string; readonly ours: string }> {
  const transport = tls()
  const listener = await transport.listen(parseUrl("tcp+tls://127.0.0.1:0"))
  const { address } = listener
  const welcoming = listener[Symbol.asyncIterator]()
    .next()
    .then(({ value }: IteratorResult<ByteStream, undefined>) => transport.welcome(value as ByteStream))
    .then(
      (stream) => stream.close().then(() => "taken"),
      (error: Error) => error.message,
    )
  const socket = connect({
    host: "127.0.0.1",
    port: address.kind === "tcp" ? address.port : 0,
    servername: "dark.fi",
    rejectUnauthorized: false,
    ...options,
  })
  const theirs = await new Promise<string>((resolve) => {
    socket.once("secureConnect", () => resolve(describe(socket)))
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
  const ours = await welcoming
  socket.destroy()
  await listener.close()
  return { theirs, ours }
}

function describe(socket: TLSSocket): string {
  return `${socket.getProtocol() ?? "nothing"} ${socket.getCipher().name}`
}

/** What Node's TLS takes for an identity. */
function pem({ certificate, privateKey }: ReturnType<typeof forgedIdentity>): ConnectionOptions {
  const armour = (label: string, der: Uint8Array) =>
    `-----BEGIN ${label}-----\n${Buffer.from(der).toString("base64")}\n-----END ${label}-----\n`
  return { cert: armour("CERTIFICATE", certificate), key: armour("PRIVATE KEY", privateKey) }
}

test("the listener speaks TLS 1.3 with the reference's first suite, and takes a certificate of its kind", async () => {
  expect(await client(pem(forgedIdentity()))).toEqual({ theirs: "TLSv1.3 TLS_AES_256_GCM_SHA384", ours: "taken" })
})

test("a client that cannot prove an Ed25519 certificate shows none, as the listener asks for nothing else", async () => {
  const { ours } = await client({ ...pem(forgedIdentity({ key: "p-256" })), sigalgs: "ecdsa_secp256r1_sha256:ed25519" })
  expect(ours).toBe("cannot trust the peer: it shows no certificate")
})

test("a client that takes no Ed25519 signature, or no TLS 1.3, is refused as by the reference", async () => {
  const noSignature = await client({ ...pem(forgedIdentity()), sigalgs: "ecdsa_secp256r1_sha256" })
  expect(noSignature.theirs).toBe("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE")
  const tooOld = await client({ ...pem(forgedIdentity()), maxVersion: "TLSv1.2" })
  expect(tooOld.theirs).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION")
  expect([noSignature.ours, tooOld.ours].every((said) => said.includes("TLS handshake"))).toBe(true)
})

test("no session is taken up again: who comes back shows its certificate like everybody", async () => {
  const transport = tls()
  const listener = await transport.listen(parseUrl("tcp+tls://127.0.0.1:0"))
  const { address } = listener
  const accepted = listener[Symbol.asyncIterator]()
  const visit = async (session?: Buffer) => {
    const port = address.kind === "tcp" ? address.port : 0
    const socket = connect({
      ...pem(forgedIdentity()),
      port,
      host: "127.0.0.1",
      servername: "dark.fi",
      rejectUnauthorized: false,
      session,
    })
    const ticket = once(socket, "session") as Promise<[Buffer]>
    const { value } = (await accepted.next()) as IteratorResult<ByteStream, undefined>
    const stream = await transport.welcome(value as ByteStream)
    // A client learns of a ticket when it reads on.
    socket.resume()
    const visited = { session: (await ticket)[0], reused: socket.isSessionReused() }
    socket.destroy()
    await stream.close()
    return visited
  }
  const first = await visit()
  const second = await visit(first.session)
  expect([first.reused, second.reused]).toEqual([false, false])
  await listener.close()
})
