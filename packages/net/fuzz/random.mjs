/**
 * Mulberry32: small, fast, and the same everywhere. Gives whole numbers from 0 up to, not including, a bound.
 *
 * @param {number} seed
 * @returns {(bound: number) => number}
 */
export function makeRandom(seed) {
  let state = seed >>> 0
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}
