import { logTo, type Clock } from "@dchat/runtime"
import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { askAccess, type Authorize } from "./access.ts"

const access = { method: "POST", url: "http://localhost/", headers: new Headers(), remote: "http://127.0.0.1:4711" }

/** Asks, and tells what has come of it after so many milliseconds. */
async function asked(authorizeBy: (clock: Clock) => Authorize, ms: number) {
  const world = virtualWorld({ seed: "access" })
  const { clock } = world.host({ name: "server", ip: "10.0.0.1" })
  const warnings: string[] = []
  const log = logTo({ accepts: () => true, write: ({ message }) => void warnings.push(message) })
  let outcome: unknown = "waits"
  void askAccess(authorizeBy(clock), access, { clock, log }).then((refusal) => (outcome = refusal))
  await world.advance(ms)
  return { outcome, warnings, pending: world.pendingEvents }
}

test("who says nothing for 10 s holds nobody's socket for longer: 503, and a word in the log", async () => {
  const silent = (): Authorize => () => new Promise(() => {})
  expect((await asked(silent, 9_999)).outcome).toBe("waits")
  const { outcome, warnings } = await asked(silent, 10_000)
  expect(outcome).toMatchObject({ status: 503 })
  expect(warnings).toEqual([expect.stringContaining("authorize is silent")])
})

test("who answers leaves no timer behind", async () => {
  expect(await asked(() => () => true, 1)).toEqual({ outcome: undefined, warnings: [], pending: 0 })
  expect(await asked(() => () => Promise.resolve(false), 1)).toMatchObject({ outcome: { status: 401 }, pending: 0 })
})

test("what a hook throws after nobody waits for it any more disturbs nobody", async () => {
  const late = (clock: Clock): Authorize => {
    return () =>
      new Promise((_, reject) => void clock.setTimer(11_000, () => reject(new Error("the directory is down"))))
  }
  expect((await asked(late, 12_000)).outcome).toMatchObject({ status: 503 })
})
