/** Whatever this package throws on purpose. `code` is stable and for programs, `message` is for people. */
export abstract class NetError extends Error {
  abstract readonly code: string
}

/** Something was asked for at a moment when it cannot be done. The text says when it can. */
export class WrongStateError extends NetError {
  override readonly name = "WrongStateError"
  readonly code = "wrong-state"
}
