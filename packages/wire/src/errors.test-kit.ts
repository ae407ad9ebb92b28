import { WireError } from "./errors.ts"

/** What `run` throws, which must be an error of this package. */
export function errorOf(run: () => unknown): WireError {
  try {
    run()
  } catch (error) {
    if (error instanceof WireError) return error
    throw error
  }
  throw new Error("nothing was thrown")
}
