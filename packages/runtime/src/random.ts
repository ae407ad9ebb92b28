/** Randomness. Node's is cryptographic; the virtual one follows from a seed. */
export interface Random {
  /** `length` random bytes in a new array. */
  bytes(length: number): Uint8Array<ArrayBuffer>
  /** A whole number from 0 up to, but not including, `bound`. Uniform. `bound` is a whole number from 1 to 2^53 - 1; else a RangeError. */
  integer(bound: number): number
  /** A number from 0 up to, but not including, 1. */
  float(): number
  /**
   * A source of its own for the part called `name`. In a virtual world it depends on the seed and the path of names
   * only, so that one part drawing more numbers does not change what another part draws.
   */
  fork(name: string): Random
}
