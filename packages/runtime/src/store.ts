/**
 * Bytes by name, on whatever the platform keeps files on.
 *
 * A name is one or more segments of letters, digits, `.`, `_` and `-` joined by `/`; no segment is empty, `.` or `..`.
 * Any other name throws a {@link StoreError} with the code `bad-name`.
 */
export interface Store {
  /** The bytes under `name`, or `undefined` when there are none. */
  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  /**
   * Replaces what is under `name`, whole or not at all: after a crash a reader finds the old bytes or the new ones,
   * never a part. Writes to one name take effect in the order of the calls.
   */
  write(name: string, bytes: Uint8Array): Promise<void>
  /** Removes `name`. Removing what is not there is fine. */
  remove(name: string): Promise<void>
  /** All names that begin with `prefix`, sorted by code unit. */
  list(prefix?: string): Promise<string[]>
}

/** What went wrong in a store. */
export type StoreErrorCode = "bad-name" | "no-permission" | "no-space" | "failed"

/** A store could not do what it was asked. `cause` is the platform's error. */
export class StoreError extends Error {
  override readonly name = "StoreError"
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

const NAME = /^(?!\.{1,2}(?:\/|$))[\w.-]+(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)*$/

/** Whether every store takes this name. */
export function isStoreName(name: string): boolean {
  return NAME.test(name)
}

/** Throws a {@link StoreError} unless `name` is one that every store takes. Every implementation calls it first. */
export function checkStoreName(name: string): void {
  if (!isStoreName(name)) {
    throw new StoreError(
      "bad-name",
      `not a store name: ${JSON.stringify(name)}; use segments of letters, digits, ".", "_", "-" joined by "/"`,
    )
  }
}
