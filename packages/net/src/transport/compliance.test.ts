import { describe, expect, test } from "vitest"
import { LABS } from "../testing/lab.test-kit.ts"
import { OpenPort, connectorOf } from "../testing/open-port.test-kit.ts"
import { urlOf } from "./transport.ts"

/** How addresses of each scheme are dialled, and on what their other end listens. */
const SCHEMES: readonly (readonly [scheme: string, listensOn: string])[] = [
  ["tcp", "tcp"],
  ["tcp+tls", "tcp+tls"],
  ["unix", "unix"],
  ["socks5", "tcp"],
  ["socks5+tls", "tcp+tls"],
  ["tor", "tcp"],
  ["tor+tls", "tcp+tls"],
  ["i2p", "tcp"],
  ["i2p+tls", "tcp+tls"],
]

/** Those for which a connected socket is not all. */
const WITH_HANDSHAKE = SCHEMES.map(([scheme]) => scheme).filter((scheme) => scheme !== "tcp" && scheme !== "unix")

const SECRET = "at most a few words"

describe.each(LABS)("on %s", (_world, makeLab) => {
  describe.each(SCHEMES)("%s", (scheme, listensOn) => {
    /** Runs a scenario with a port that is open. */
    async function withPort(scenario: (port: OpenPort) => Promise<void>): Promise<void> {
      using lab = makeLab()
      await lab.run(async () => {
        await using port = await OpenPort.open(lab, scheme, listensOn)
        await scenario(port)
      })
    }

    test("both sides hear each other, and the address says where it listens", () =>
      withPort(async (port) => {
        const { dialled, accepted } = await port.connect()
        dialled.stream.write(bytes(SECRET))
        await accepted.until(SECRET.length)
        accepted.stream.write(bytes("and back"))
        await dialled.until(8)
        expect([accepted.text, dialled.text]).toEqual([SECRET, "and back"])
        expect(port.url).toMatch(listensOn === "unix" ? /^unix:\/\/\/.+\/a%20b%3F\.sock$/ : /:[1-9]\d*\/$/)
      }))

    test("a megabyte each way arrives as it was sent", () =>
      withPort(async (port) => {
        const { dialled, accepted } = await port.connect()
        const out = Uint8Array.from({ length: 2 ** 20 }, (_, i) => (i * 7) >> 3)
        const back = out.toReversed()
        dialled.stream.write(out)
        accepted.stream.write(back)
        await Promise.all([dialled.until(back.length), accepted.until(out.length)])
        expect(isSame(dialled.bytes, back) && isSame(accepted.bytes, out)).toBe(true)
      }))

    test("an end is heard after all that was said before it", () =>
      withPort(async (port) => {
        const { dialled, accepted } = await port.connect()
        dialled.stream.write(bytes(SECRET))
        dialled.stream.end()
        await accepted.ended.wait()
        expect(accepted.text).toBe(SECRET)
      }))

    test("a close is heard by the other side", () =>
      withPort(async (port) => {
        const { dialled, accepted } = await port.connect()
        await accepted.stream.close()
        await dialled.ended.wait()
        expect(dialled.text).toBe("")
      }))

    test("three at once do not mix", () =>
      withPort(async (port) => {
        const pairs = await Promise.all([port.connect(), port.connect(), port.connect()])
        // Who was accepted first need not be who dialled first.
        for (const [index, { dialled }] of pairs.entries()) dialled.stream.write(bytes(`number ${index}`))
        await Promise.all(pairs.map(({ accepted }) => accepted.until(8)))
        expect(pairs.map(({ accepted }) => accepted.text).sort()).toEqual(["number 0", "number 1", "number 2"])
      }))

    test("where nobody listens, the dial says so in a few words", () =>
      withPort(async (port) => {
        await port.shut()
        const dialling = port.connector.dial(port.address)
        await expect(dialling).rejects.toMatchObject({
          code: "failed",
          message: expect.stringMatching(/^cannot connect to [a-z\d+]+:\/\/\S+: (?:refused|not found)$/) as string,
        })
      }))

    test("a dial that was cancelled before ends with the reason", () =>
      withPort(async (port) => {
        const reason = new Error("enough")
        await expect(port.connector.dial(port.address, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      }))
  })

  test.each(WITH_HANDSHAKE)(
    "%s: where the other side falls silent in the handshake, the dial ends: by a cancel, or when its time is up",
    async (scheme) => {
      using lab = makeLab()
      await lab.run(async () => {
        const silent = await lab.there.network.listen({ kind: "tcp", host: lab.host, port: 0 })
        const connector = connectorOf(lab, { proxy: urlOf("socks5", silent.address), connectTimeout: 0.05 })
        const at = urlOf(scheme, silent.address)
        const address = scheme.startsWith("socks5") ? `${at}10.0.0.9:1` : at
        await expect(connector.dial(address)).rejects.toThrow(/: timed out$/)
        const control = new AbortController()
        const dialling = connector.dial(address, { signal: control.signal })
        const reason = new Error("enough")
        lab.here.clock.setTimer(10, () => control.abort(reason))
        await expect(dialling).rejects.toBe(reason)
        await silent.close()
      })
    },
  )
})

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
