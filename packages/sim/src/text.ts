/** What was thrown, on one line. */
export function textOf(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`
  return typeof error === "string" ? error : (JSON.stringify(error) ?? "nothing")
}
