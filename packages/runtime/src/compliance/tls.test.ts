import { describe, expect, test } from "vitest"
import { StreamPrelude } from "../index.ts"
import { ALICE, BOB, bytes, connected, Inbox, isSame, join, LABS, sleep, text } from "./lab.test-kit.ts"

describe.each(LABS)("TLS of the %s network", (_name, makeLab) => {
  const lab = makeLab()
  const inLab = (scenario: () => Promise<void>) => () => lab.run(scenario)
  const { here, there } = lab

  test(
    "both ends see whose certificate the other has",
    inLab(async () => {
      const plain = await connected(lab)
      const [client, server] = await Promise.all([
        here.network.upgradeTls(plain.client, { role: "client", identity: ALICE, serverName: "bob.example" }),
        there.network.upgradeTls(plain.server, { role: "server", identity: BOB, requestCertificate: true }),
      ])
      expect(client.peerCertificate).toEqual(BOB.certificate)
      expect(server.peerCertificate).toEqual(ALICE.certificate)
      expect(client.remoteAddress).toEqual(plain.client.remoteAddress)
      expect(() => plain.client.readInto(new Inbox())).toThrow("reader")
      await Promise.all([client.close(), server.close()])
      expect(await Promise.all([plain.client.closed, plain.server.closed])).toEqual([undefined, undefined])
    }),
  )

  test(
    "a client shows a certificate only when it is asked, and when it has one",
    inLab(async () => {
      for (const [identity, requestCertificate] of [
        [ALICE, false],
        [undefined, true],
      ] as const) {
        const plain = await connected(lab)
        const [client, server] = await Promise.all([
          here.network.upgradeTls(
            plain.client,
            identity === undefined ? { role: "client" } : { role: "client", identity },
          ),
          there.network.upgradeTls(plain.server, { role: "server", identity: BOB, requestCertificate }),
        ])
        expect(server.peerCertificate).toBeUndefined()
        await Promise.all([client.close(), server.close()])
      }
    }),
  )

  test(
    "bytes go both ways, and one side can end before the other",
    inLab(async () => {
      const plain = await connected(lab)
      const upgrading = there.network.upgradeTls(plain.server, { role: "server", identity: BOB })
      const client = await here.network.upgradeTls(plain.client, { role: "client" })
      // What the client says first may come with the end of the handshake.
      client.write(bytes("first words"))
      const server = await upgrading
      await sleep(there.clock, 3)
      const [atClient, atServer] = [new Inbox(), new Inbox()]
      client.readInto(atClient)
      server.readInto(atServer)
      const much = Uint8Array.from({ length: 300_000 }, (_, index) => index % 253)
      client.write(much)
      client.end()
      await atServer.until("end")
      expect(text(join(atServer.chunks).subarray(0, 11))).toBe("first words")
      expect(isSame(join(atServer.chunks).subarray(11), much)).toBe(true)
      server.write(bytes("last words"))
      server.end()
      await Promise.all([atClient.until("close"), atServer.until("close")])
      expect(atClient.text).toBe("last words")
      expect([atClient.error, atServer.error]).toEqual([undefined, undefined])
    }),
  )

  test(
    "a peer that speaks no TLS fails the handshake and loses the connection",
    inLab(async () => {
      for (const role of ["client", "server"] as const) {
        const plain = await connected(lab)
        const inbox = new Inbox()
        plain.client.readInto(inbox)
        plain.client.write(bytes("GET / HTTP/1.1\r\nHost: you\r\n\r\n"))
        const upgrade = there.network.upgradeTls(plain.server, { role, identity: BOB })
        await expect(upgrade).rejects.toMatchObject({ name: "NetworkError", code: "tls" })
        await plain.server.closed
        await inbox.until("end")
        await plain.client.close()
      }
    }),
  )

  test(
    "two clients do not understand each other",
    inLab(async () => {
      const plain = await connected(lab)
      const outcomes = await Promise.allSettled([
        here.network.upgradeTls(plain.client, { role: "client" }),
        there.network.upgradeTls(plain.server, { role: "client" }),
      ])
      expect(outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason.code)).toEqual(["tls", "tls"])
      await Promise.all([plain.client.closed, plain.server.closed])
    }),
  )

  test(
    "a peer that leaves within the handshake fails it",
    inLab(async () => {
      for (const role of ["client", "server"] as const) {
        const plain = await connected(lab)
        const upgrade = there.network.upgradeTls(plain.server, { role, identity: BOB })
        const outcome = upgrade.catch((error: unknown) => error)
        await sleep(here.clock, 2)
        await plain.client.close()
        expect(await outcome).toMatchObject({ name: "NetworkError", code: "tls" })
        await plain.server.closed
      }
    }),
  )

  test(
    "so does one that left before it",
    inLab(async () => {
      for (const role of ["client", "server"] as const) {
        const plain = await connected(lab)
        plain.server.end()
        await sleep(here.clock, 5)
        await expect(here.network.upgradeTls(plain.client, { role, identity: BOB })).rejects.toMatchObject({
          code: "tls",
        })
        await plain.server.close()
      }
    }),
  )

  test(
    "a silent peer is waited for until the signal says otherwise",
    inLab(async () => {
      for (const role of ["client", "server"] as const) {
        const plain = await connected(lab)
        const abort = new AbortController()
        const upgrade = there.network.upgradeTls(plain.server, { role, identity: BOB, signal: abort.signal })
        const reason = new Error("ten seconds are enough")
        const outcome = upgrade.catch((error: unknown) => error)
        await sleep(here.clock, 3)
        abort.abort(reason)
        expect(await outcome).toBe(reason)
        await plain.server.closed
        await plain.client.close()
      }
    }),
  )

  test(
    "a stream that has closed fails the handshake",
    inLab(async () => {
      for (const role of ["client", "server"] as const) {
        const plain = await connected(lab)
        await plain.server.close()
        await expect(there.network.upgradeTls(plain.server, { role, identity: BOB })).rejects.toMatchObject({
          code: "tls",
        })
        await plain.client.close()
      }
    }),
  )

  test(
    "a server without an identity fails, and so does a signal that was given already",
    inLab(async () => {
      const plain = await connected(lab)
      await expect(there.network.upgradeTls(plain.server, { role: "server" })).rejects.toMatchObject({ code: "tls" })
      await plain.server.closed
      const reason = new Error("before it began")
      const client = here.network.upgradeTls(plain.client, { role: "client", signal: AbortSignal.abort(reason) })
      await expect(client).rejects.toBe(reason)
      await plain.client.closed
    }),
  )

  test(
    "a stream whose beginning was read can be upgraded",
    inLab(async () => {
      const plain = await connected(lab)
      const [toProxy, toClient] = [
        new StreamPrelude(plain.client, here.clock),
        new StreamPrelude(plain.server, there.clock),
      ]
      toProxy.write(bytes("where to?"))
      expect(text(await toClient.read(9))).toBe("where to?")
      toClient.write(bytes("go ahead"))
      expect(text(await toProxy.read(8))).toBe("go ahead")
      const [client, server] = await Promise.all([
        here.network.upgradeTls(toProxy.handBack(), { role: "client", identity: ALICE }),
        there.network.upgradeTls(toClient.handBack(), { role: "server", identity: BOB, requestCertificate: true }),
      ])
      expect(client.peerCertificate).toEqual(BOB.certificate)
      expect(server.peerCertificate).toEqual(ALICE.certificate)
      const inbox = new Inbox()
      server.readInto(inbox)
      for (let count = 0; count < 40; count++) client.write(new Uint8Array(10_000))
      client.end()
      await inbox.until("end")
      expect(inbox.length).toBe(400_000)
      await Promise.all([client.close(), server.close()])
    }),
  )
})
