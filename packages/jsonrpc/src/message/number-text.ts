/** The last three digits of a number, as texts. */
const LAST_DIGITS: readonly string[] = /* @__PURE__ */ Array.from({ length: 1000 }, (_, last) =>
  `${last}`.padStart(3, "0"),
)

/**
 * The text of a number, in two parts where it is whole and long.
 *
 * The platform remembers the texts of the numbers that it wrote last, some 16,000. Ids are counted up, so of each it
 * remembers a text that never comes again, and takes it through the garbage collections of young memory: that was 30 bytes of
 * every call that grew old, and half of the time of those collections. Of the two parts it knows both.
 */
export function numberText(value: number): string {
  if (value < 1000 || !Number.isSafeInteger(value)) return `${value}`
  const last = value % 1000
  return `${(value - last) / 1000}${LAST_DIGITS[last] as string}`
}
