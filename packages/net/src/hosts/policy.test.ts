import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { P2p } from "../p2p.ts"
import { SOMEBODY } from "../testing/hosts.test-kit.ts"
import { BucketLists } from "./bucket-lists.ts"
import { ourPolicy } from "./our-policy.ts"

const URL = "tcp://1.2.3.4:5/"

test("a part of the rule by which addresses are kept can be another one; the rest is as ever", async () => {
  const p2p = await P2p.create(
    { activeProfiles: ["tcp"] },
    {
      runtime: virtualWorld().host({ name: "node" }),
      addressPolicy: {
        seen: (claimed) => Number(claimed) + 1,
        allowance: ({ session }) => ({ ask() {}, take: (count) => (session === "seed" ? count : 1) }),
        answer: ({ max }) => [{ url: URL, lastSeen: max }],
      },
    },
  )
  const { hosts } = p2p
  hosts.insert([[URL, 2n ** 40n]], SOMEBODY)
  expect(hosts.lists.entries("grey")).toEqual([{ url: URL, lastSeen: 2 ** 40 + 1 }])
  const many = Array.from({ length: 5 }, () => [URL, 0n] as const)
  expect(hosts.admit(many, hosts.allowance("seed"))).toHaveLength(5)
  expect(hosts.admit(many, hosts.allowance("inbound"))).toHaveLength(1)
  expect(hosts.surplus).toBe(4)
  expect(hosts.answer({ max: 7, transports: [] })).toEqual([{ url: URL, lastSeen: 7 }])
  expect(hosts.lists).toBeInstanceOf(BucketLists)
  const { settings } = p2p
  expect(hosts.choose({ settings, accept: () => true, taken: new Set(), inVain: 0 })).toBe(URL)
})

test("by our rule a time ahead is now, hearsay two hours older, and what somebody says of himself as it is", () => {
  expect(ourPolicy.seen(2n ** 64n - 1n, 10_000, true)).toBe(10_000)
  expect(ourPolicy.seen(2n ** 64n - 1n, 10_000, false)).toBe(2800)
  expect(ourPolicy.seen(9000n, 10_000, true)).toBe(9000)
  expect(ourPolicy.seen(5n, 10_000, false)).toBe(0)
})
