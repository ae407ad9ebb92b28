import { SESSION_DEFAULT, type Protocol } from "@dchat/net"
import { expect, test } from "vitest"
import { judged, type SimNode } from "../index.ts"
import { nothingLeft } from "./leftovers.ts"

const ADDRESS = { kind: "tcp", port: 4242 } as const

/** What the judge says of a network whose last node does this when it boots. */
async function leftBy(leak: (node: SimNode) => unknown): Promise<readonly string[]> {
  const setup = (node: SimNode): void => void (node.index === 2 && leak(node))
  const { findings } = await judged({ nodes: 3, judges: [nothingLeft], setup })
  return findings.flatMap(({ failures }) => failures)
}

test("nodes that leak nothing leave nothing", async () => {
  expect(await leftBy(() => {})).toEqual([])
})

test("a timer that sets itself again is found", async () => {
  const tick = ({ host }: SimNode): void => void host.clock.setTimer(60_000, () => tick({ host } as SimNode))
  expect(await leftBy(tick)).toEqual(["1 timers or chunks are left"])
})

test("a port that nobody closes is found", async () => {
  const found = await leftBy(({ host }) => host.network.listen({ ...ADDRESS, host: "0.0.0.0" }))
  expect(found).toEqual(["node-2 listens on 1 ports"])
})

test("a connection that nobody closes is found, at both ends", async () => {
  const found = await leftBy(async ({ host }) => {
    await host.network.listen({ ...ADDRESS, host: "127.0.0.1" })
    await host.network.connect({ ...ADDRESS, host: "127.0.0.1" })
  })
  expect(found).toEqual(["node-2 has 2 open connections", "node-2 listens on 1 ports"])
})

test("a task that has begun and does not end is found, though nothing can happen to it any more", async () => {
  const found = await leftBy(({ host }) => host.tasks.began())
  expect(found).toEqual(["node-2 runs 1 tasks"])
})

test("a node that does not stop is named, with all that hangs on it", async () => {
  const stubborn = {
    name: "Stubborn",
    start: (jobs) => void jobs.spawn(() => new Promise(() => {})),
  } satisfies Protocol
  const found = await leftBy(({ p2p }) => p2p.protocols.register(SESSION_DEFAULT, () => stubborn))
  expect(found[0]).toBe("node-2 has not stopped")
  expect(found.at(-1)).toMatch(/^node-2 runs \d+ tasks$/)
})
