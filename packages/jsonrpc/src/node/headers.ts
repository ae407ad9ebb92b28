/** Headers by name. */
export type HeadersRecord = Readonly<Record<string, string>>

/** Headers of a request, such as a token; a function is asked anew each time. */
export type HeadersSource = HeadersRecord | (() => HeadersRecord | Promise<HeadersRecord>)

/** Headers at this moment. */
export async function headersOf(source: HeadersSource | undefined): Promise<HeadersRecord> {
  return typeof source === "function" ? await source() : (source ?? {})
}
