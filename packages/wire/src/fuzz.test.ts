import { expect, test } from "vitest"
import { storm } from "../fuzz/storm.mjs"

test("random and mutated bytes end in a value or a DecodeError, nothing else", () => {
  const { values, errors } = storm({ count: 20_000, seed: 1 })
  expect(values).toBeGreaterThan(1000)
  // Every way to fail was met, so the inputs reach into the codecs.
  expect(Object.keys(errors).toSorted()).toEqual([
    "bad-count",
    "bad-semver",
    "bad-tag",
    "bad-url",
    "bad-utf8",
    "bad-value",
    "non-minimal",
    "short",
    "surplus",
  ])
})
