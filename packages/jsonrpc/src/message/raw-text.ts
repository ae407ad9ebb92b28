/** Under this an object has the JSON text that goes out in its place. Who writes messages knows `JsonText` by it. */
export const RAW_TEXT: unique symbol = Symbol("JSON text")

/** The text that goes out in the place of a value, as it is; `undefined` when the value is to be written. */
export function rawTextOf(value: unknown): string | undefined {
  return (value as { readonly [RAW_TEXT]?: string } | null | undefined)?.[RAW_TEXT]
}
