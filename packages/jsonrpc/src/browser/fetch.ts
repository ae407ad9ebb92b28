import { httpTransport, type HttpTransportOptions } from "../transport/http-client.ts"
import { TransportLostError } from "../transport/errors.ts"
import type { Transport } from "../transport/transport.ts"

/** Options of {@link fetchTransport}. */
export interface FetchTransportOptions extends HttpTransportOptions {
  /** Headers of each request, such as a token; a function is asked anew each time. */
  headers?: Readonly<Record<string, string>> | (() => Promise<Readonly<Record<string, string>>>)
  /** Whether cookies go along to another origin. Default: to the page's own origin only. */
  credentials?: "omit" | "same-origin" | "include"
}

/**
 * A client's transport over HTTP from a page or a worker, by `fetch`: a POST per message. A server of another origin has to
 * allow it (CORS). The other side cannot call back, and nobody can subscribe. Redirects are not followed: the call would
 * arrive as a GET.
 */
export function fetchTransport(url: string, options: FetchTransportOptions = {}): Transport {
  const { headers: source, credentials = "same-origin", ...transportOptions } = options
  return httpTransport(
    url,
    async (body, signal) => {
      const more = typeof source === "function" ? await source() : source
      const headers = { ...more, "content-type": "application/json" }
      // oxlint-disable-next-line eslint/no-restricted-globals -- the page's own is what this file is for
      const response = await fetch(url, {
        method: "POST",
        headers,
        body,
        credentials,
        signal,
        redirect: "manual",
      }).catch(lost)
      if (isRedirect(response)) throw new TransportLostError(`${url} sends on to another address; use that one`)
      return { status: response.status, body: await response.text() }
    },
    transportOptions,
  )
}

/** A page is not told which status, nor where it leads; other platforms tell the status. */
function isRedirect({ type, status }: Response): boolean {
  return type === "opaqueredirect" || [301, 302, 303, 307, 308].includes(status)
}

/** A page is not told whether anything was sent. */
function lost(cause: unknown): never {
  throw new TransportLostError("the request failed; a page is not told why", { cause })
}
