import { decode, hex } from "@dchat/wire"
import fc from "fast-check"
import { expect, test } from "vitest"
import { SipHash } from "./siphash.ts"

/** The vectors of the paper's authors: key 00 01 .. 0f, and for the n-th the message 00 01 .. of n bytes. */
const VECTORS = [
  ...["310e0edd47db6f72", "fd67dc93c539f874", "5a4fa9d909806c0d", "2d7efbd796666785"],
  ...["b7877127e09427cf", "8da699cd64557618", "cee3fe586e46c9cb", "37d1018bf50002ab"],
  ...["6224939a79f5f593", "b0e4a90bdf82009e", "f3b9dd94c5bb5d7a", "a7ad6b22462fb3f4"],
  ...["fbe50e86bc8f1e75", "903d84c02756ea14", "eef27a8e90ca23f7", "e545be4961ca29a1"],
]
const KEY = Uint8Array.from({ length: 16 }, (_, i) => i)

test.each([...VECTORS.entries()])("the published hash of %i bytes", (length, expected) => {
  const message = Uint8Array.from({ length }, (_, i) => i)
  expect(decode(hex(8), new SipHash(KEY).bytes(message))).toBe(expected)
})

const MASK = 2n ** 64n - 1n

/** SipHash-2-4 as the paper writes it, with numbers of any size: slow and plain. */
function plainly(key: Uint8Array, message: Uint8Array): Uint8Array {
  const words = (bytes: Uint8Array): bigint[] => [...new BigUint64Array(bytes.slice().buffer)]
  const [k0 = 0n, k1 = 0n] = words(key)
  let v0 = k0 ^ 0x736f6d6570736575n
  let v1 = k1 ^ 0x646f72616e646f6dn
  let v2 = k0 ^ 0x6c7967656e657261n
  let v3 = k1 ^ 0x7465646279746573n
  const turn = (word: bigint, bits: bigint): bigint => ((word << bits) | (word >> (64n - bits))) & MASK
  const rounds = (count: number): void => {
    for (let round = 0; round < count; round++) {
      v0 = (v0 + v1) & MASK
      v1 = turn(v1, 13n) ^ v0
      v0 = turn(v0, 32n)
      v2 = (v2 + v3) & MASK
      v3 = turn(v3, 16n) ^ v2
      v0 = (v0 + v3) & MASK
      v3 = turn(v3, 21n) ^ v0
      v2 = (v2 + v1) & MASK
      v1 = turn(v1, 17n) ^ v2
      v2 = turn(v2, 32n)
    }
  }
  const padded = new Uint8Array((message.length & ~7) + 8)
  padded.set(message)
  padded[padded.length - 1] = message.length & 255
  for (const word of words(padded)) {
    v3 ^= word
    rounds(2)
    v0 ^= word
  }
  v2 ^= 0xffn
  rounds(4)
  return new Uint8Array(BigUint64Array.of(v0 ^ v1 ^ v2 ^ v3).buffer)
}

test("any bytes under any key hash as the paper says", () => {
  const key = fc.uint8Array({ minLength: 16, maxLength: 16 })
  fc.assert(
    fc.property(key, fc.uint8Array({ maxLength: 300 }), (secret, message) => {
      expect(new SipHash(secret).bytes(message)).toEqual(plainly(secret, message))
    }),
  )
})

test("a text hashes as its UTF-8 does", () => {
  const hash = new SipHash(KEY)
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
      const low = new DataView(hash.bytes(new TextEncoder().encode(text)).buffer).getUint32(0, true)
      expect(hash.text(text)).toBe(low)
    }),
  )
})

test("a key has 16 bytes", () => {
  expect(() => new SipHash(new Uint8Array(1))).toThrow("a SipHash key has 16 bytes, this one has 1")
})
