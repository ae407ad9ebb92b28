/** Whatever this package throws on purpose. `code` is stable and for programs, `message` is for people. */
export abstract class NetError extends Error {
  abstract readonly code: string
}
