import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { Hosts } from "../hosts/hosts.ts"
import { defaultSettings } from "../index.ts"
import { Retries } from "./retries.ts"

const URL = "tcp://1.2.3.4:5/"

function setUp() {
  const world = virtualWorld()
  const runtime = world.host({ name: "node" })
  const hosts = new Hosts({ runtime, settings: defaultSettings })
  return { world, hosts, retries: new Retries({ runtime, hosts }) }
}

test("a host that failed is suspended until its pause is over", async () => {
  const { world, hosts, retries } = setUp()
  retries.failed(URL)
  expect(hosts.stateOf(URL)).toBe("suspend")
  const pause = retries.releaseDue()
  expect(pause).toBeLessThanOrEqual(2000)
  await world.advance(pause - 0.01)
  expect(retries.releaseDue()).toBeLessThan(1)
  expect(hosts.stateOf(URL)).toBe("suspend")
  await world.advance(1)
  expect(retries.releaseDue()).toBe(Infinity)
  expect(hosts.stateOf(URL)).toBe("free")
})

test("the longest pause doubles with each failure up to 10 minutes, and a success forgets them", () => {
  const { hosts, retries } = setUp()
  const longest = (rounds: number): number => {
    let most = 0
    for (let i = 0; i < 40; i++) {
      retries.succeeded(URL)
      for (let failures = 1; failures <= rounds; failures++) {
        hosts.enter(URL, "free")
        retries.failed(URL)
      }
      most = Math.max(most, retries.releaseDue())
    }
    return most
  }
  expect(longest(1)).toBeLessThanOrEqual(2000)
  expect(longest(4)).toBeGreaterThan(8000)
  expect(longest(4)).toBeLessThanOrEqual(16_000)
  expect(longest(30)).toBeGreaterThan(300_000)
  expect(longest(30)).toBeLessThanOrEqual(600_000)
})

test("while nobody can tell whether it is us who are not there, no pause is longer than 30 s, and none makes the next one longer", () => {
  const { hosts, retries } = setUp()
  const next = (isTold: boolean): number => {
    hosts.enter(URL, "free")
    retries.failed(URL, isTold)
    return retries.releaseDue()
  }
  const pauses = Array.from({ length: 500 }, () => next(false))
  expect(Math.max(...pauses)).toBeGreaterThan(25_000)
  expect(Math.max(...pauses)).toBeLessThanOrEqual(30_000)
  expect(next(true)).toBeLessThanOrEqual(32_000)
  expect(next(true)).toBeLessThanOrEqual(64_000)
})

test("a probe ends the pause, and a host that is busy is left alone", () => {
  const { hosts, retries } = setUp()
  retries.failed(URL)
  expect(hosts.enter(URL, "refine")).toBe(true)
  expect(retries.releaseDue()).toBe(Infinity)
  retries.releaseAll()
  expect(hosts.stateOf(URL)).toBe("refine")
})

test("no more than 4096 failures are remembered; who is forgotten is free", () => {
  const { hosts, retries } = setUp()
  for (let port = 1; port <= 4100; port++) retries.failed(`tcp://1.2.3.4:${port}/`)
  expect(hosts.stateOf("tcp://1.2.3.4:1/")).toBe("free")
  expect(hosts.stateOf("tcp://1.2.3.4:5/")).toBe("suspend")
})
