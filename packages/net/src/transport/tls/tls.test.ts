import type { ByteStream, Listener } from "@dchat/runtime"
import { parseUrl } from "@dchat/wire"
import { describe, expect, test } from "vitest"
import { dnsName, forgedIdentity, ipName, type Forgery } from "../../testing/forged-identity.test-kit.ts"
import { LABS, type Lab } from "../../testing/lab.test-kit.ts"
import { End, connectorOf } from "../../testing/open-port.test-kit.ts"
import { urlOf } from "../transport.ts"

const FORGERIES: readonly (readonly [string, Forgery, string])[] = [
  ["no name", { names: [] }, "its certificate has no subject alternative name, where dark.fi is due"],
  ["another name", { names: [[dnsName("dark.example")]] }, "its certificate's name is not dark.fi"],
  ["an IP address", { names: [[ipName(127, 0, 0, 1)]] }, "its certificate's first name is not a DNS name"],
  ["two names", { names: [[dnsName("dark.fi"), dnsName("dark.fi")]] }, "its certificate has more than one name"],
  ["a P-256 key", { key: "p-256" }, "its certificate's key is not Ed25519"],
  ["an RSA key", { key: "rsa" }, "its certificate's key is not Ed25519"],
]

describe.each(LABS)("on %s", (world, makeLab) => {
  /** A real handshake ends over a key of another kind: there is nothing then for our own check to look at. */
  const ended = (forgery: Forgery, reason: string, instead: string): string =>
    world === "real sockets" && forgery.key !== undefined ? instead : reason

  /** Runs a scenario with a listener, and what becomes of the stream that it accepts. */
  async function accepting(scenario: (lab: Lab, url: string, outcome: Promise<unknown>) => Promise<void>) {
    using lab = makeLab()
    await lab.run(async () => {
      const connector = connectorOf({ ...lab, here: lab.there }, { proxy: "socks5://127.0.0.1:1/" })
      const transport = connector.transportOf(parseUrl("tcp+tls://h:1"))
      await using listener = await transport.listen(parseUrl(`tcp+tls://${lab.host}:0`))
      const outcome = accept(listener)
        .then((stream) => transport.welcome(stream))
        .then(
          (secure) => secure.close().then(() => "taken"),
          (error: Error) => error.message,
        )
      await scenario(lab, urlOf("tcp+tls", listener.address), outcome)
    })
  }

  test("an identity that is well made is taken", () =>
    accepting(async (lab, url, outcome) => {
      const stream = await upgraded(lab, url, forgedIdentity())
      await stream.ended.wait()
      await stream.stream.close()
      expect(await outcome).toBe("taken")
    }))

  test("who shows no certificate is not taken in", () =>
    accepting(async (lab, url, outcome) => {
      const stream = await upgraded(lab, url, undefined)
      await stream.ended.wait()
      await stream.stream.close()
      expect([await outcome, stream.text]).toEqual(["cannot trust the peer: it shows no certificate", ""])
    }))

  test.each(FORGERIES)("who shows a certificate with %s is not taken in", (_what, forgery, reason) =>
    accepting(async (lab, url, outcome) => {
      const stream = await upgraded(lab, url, forgedIdentity(forgery))
      await stream.ended.wait()
      await stream.stream.close()
      const said = ended(forgery, reason, "it shows no certificate")
      expect([await outcome, stream.text]).toEqual([`cannot trust the peer: ${said}`, ""])
    }),
  )

  test("who speaks no TLS is not taken in", () =>
    accepting(async (lab, url, outcome) => {
      const { host, port = 0 } = parseUrl(url)
      const stream = await lab.here.network.connect({ kind: "tcp", host, port })
      stream.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: dark.fi\r\n\r\n"))
      expect(await outcome).toMatch(/^the TLS handshake with \S+ failed: /)
      await stream.close()
    }))

  test.each(FORGERIES)("a listener that shows a certificate with %s is left", async (_what, forgery, reason) => {
    using lab = makeLab()
    await lab.run(async () => {
      await using listener = await lab.there.network.listen({ kind: "tcp", host: lab.host, port: 0 })
      const identity = forgedIdentity(forgery)
      const serving = (async () => {
        const stream = await accept(listener)
        const options = { role: "server", identity, requestCertificate: true } as const
        // Whether the dialler leaves before or after the last word of the handshake is a matter of luck.
        const secure = await lab.there.network.upgradeTls(stream, options).catch(() => undefined)
        if (secure === undefined) return ""
        const end = new End(secure)
        await end.ended.wait()
        await secure.close()
        return end.text
      })()
      const url = urlOf("tcp+tls", listener.address)
      const dialling = connectorOf(lab, { proxy: "socks5://127.0.0.1:1/" }).dial(url)
      const said = ended(forgery, reason, "the TLS handshake with")
      await expect(dialling).rejects.toThrow(`cannot connect to ${url}: ${said}`)
      expect(await serving).toBe("")
    })
  })
})

async function accept(listener: Listener): Promise<ByteStream> {
  for await (const stream of listener) return stream
  throw new Error("the listener has closed")
}

/** Connects to a listener with an identity of one's own. */
async function upgraded(lab: Lab, url: string, identity: ReturnType<typeof forgedIdentity> | undefined): Promise<End> {
  const { host, port = 0 } = parseUrl(url)
  const stream = await lab.here.network.connect({ kind: "tcp", host, port })
  const options = { role: "client", serverName: "dark.fi", ...(identity === undefined ? {} : { identity }) } as const
  return new End(await lab.here.network.upgradeTls(stream, options))
}
