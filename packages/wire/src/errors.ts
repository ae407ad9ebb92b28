/** Whatever this package throws on purpose. `code` is stable and for programs, `message` is for people. */
export abstract class WireError extends Error {
  abstract readonly code: string
}

/**
 * Why bytes are not a value.
 *
 * - `short`: the input ends inside the value
 * - `surplus`: the value ends before the input does
 * - `bad-count`: a count claims more elements than the bytes left can hold, or a length is above 2^53 - 1
 * - `non-minimal`: a VarInt is longer than it need be
 * - `bad-tag`: no variant has this tag
 * - `bad-utf8`, `bad-url`, `bad-semver`: text that is not what it should be
 * - `bad-value`: a conversion refused the value
 * - `too-deep`: values within values beyond {@link MAX_DEPTH}
 */
export type DecodeErrorCode =
  | "short"
  | "surplus"
  | "bad-count"
  | "non-minimal"
  | "bad-tag"
  | "bad-utf8"
  | "bad-url"
  | "bad-semver"
  | "bad-value"
  | "too-deep"

/**
 * Why a value has no bytes.
 *
 * - `bad-type`: not the type that the codec takes
 * - `out-of-range`: not a number of its type, or outside the type's range
 * - `bad-length`: a list or byte string of another length than the fixed one, or too many elements of no bytes
 * - `bad-tag`: no variant of this kind
 * - `bad-string`: text with half a surrogate pair, which UTF-8 cannot hold
 * - `bad-url`, `bad-semver`: text that is not what it should be
 * - `bad-value`: a conversion refused the value
 * - `too-deep`: values within values beyond {@link MAX_DEPTH}, or a value that contains itself
 */
export type EncodeErrorCode =
  | "bad-type"
  | "out-of-range"
  | "bad-length"
  | "bad-tag"
  | "bad-string"
  | "bad-url"
  | "bad-semver"
  | "bad-value"
  | "too-deep"

/** Why text is refused: it is not a URL (darkfi-net 1.6), or not a version (darkfi-net 1.5). */
export type FormatErrorCode = "bad-url" | "bad-semver"

/** How many recursive values ({@link lazy}) may stand within one another. More is an error, not a stack overflow. */
export const MAX_DEPTH = 64

/**
 * How many elements that may take no bytes at all (a unit struct) one input or one output may have, all told. Nothing
 * else bounds their count, since the bytes left do not.
 */
export const MAX_EMPTY_ELEMENTS = 65_536

/** An error that knows where in a value it arose. */
abstract class ValueError extends WireError {
  readonly #reason: string
  #path = ""

  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options)
    this.#reason = reason
  }

  /** The way to what was wrong, by field names and indices, such as `addrs[3].1`. Empty for the value itself. */
  get path(): string {
    return this.#path
  }

  /**
   * Says that the value in which this arose is itself a part of another: the field called `segment`, or `[3]` for an
   * element. Composite codecs call it as the error passes through them, so that success costs nothing.
   */
  within(segment: string): this {
    const joint = this.#path === "" || this.#path.startsWith("[") ? "" : "."
    this.#path = `${segment}${joint}${this.#path}`
    this.message = `${this.#path}: ${this.#reason}`
    return this
  }
}

/** The bytes are not a value of the codec. */
export class DecodeError extends ValueError {
  override readonly name = "DecodeError"
  readonly code: DecodeErrorCode
  /** Where in the input what was wrong begins, in bytes. */
  readonly offset: number

  constructor(code: DecodeErrorCode, reason: string, offset: number, options?: ErrorOptions) {
    super(`${reason} (at byte ${offset})`, options)
    this.code = code
    this.offset = offset
  }
}

/** The value cannot be encoded: the bytes would decode to another value, or to none. */
export class EncodeError extends ValueError {
  override readonly name = "EncodeError"
  readonly code: EncodeErrorCode

  constructor(code: EncodeErrorCode, reason: string, options?: ErrorOptions) {
    super(reason, options)
    this.code = code
  }
}

/** Text is not a URL or not a version. Codecs turn it into a {@link DecodeError} or an {@link EncodeError}. */
export class FormatError extends WireError {
  override readonly name = "FormatError"
  readonly code: FormatErrorCode

  constructor(code: FormatErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** A codec was put together in a way that cannot work. Thrown where it is defined, never while it is used. */
export class DefinitionError extends WireError {
  override readonly name = "DefinitionError"
  readonly code = "bad-definition"
}

/** `error`, which arose in the part called `segment`, ready to be thrown on. */
export function inPart(error: unknown, segment: string): unknown {
  return error instanceof ValueError ? error.within(segment) : error
}
