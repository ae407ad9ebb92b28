/** What went wrong with virtual time. */
export type VirtualTimeErrorCode = "busy" | "idle" | "limit" | "stuck"

/**
 * The virtual world could not do what it was asked: it runs already (`busy`), nothing is left that could happen (`idle`),
 * too much virtual time passed (`limit`), or none passes any more (`stuck`).
 */
export class VirtualTimeError extends Error {
  override readonly name = "VirtualTimeError"
  readonly code: VirtualTimeErrorCode

  constructor(code: VirtualTimeErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
