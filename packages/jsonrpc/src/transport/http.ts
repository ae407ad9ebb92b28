/** A request that is turned away: the HTTP status, and why. */
export interface Refusal {
  readonly status: number
  readonly reason: string
}

/** What is looked at before a body is read. */
export interface HttpHead {
  readonly method: string | undefined
  readonly contentType: string | null | undefined
  readonly contentEncoding: string | null | undefined
  readonly contentLength: string | null | undefined
}

/**
 * Why an HTTP request is no JSON-RPC, if it is not: only a POST with a JSON content type is. A page may send any other
 * content type to anywhere without being asked first, so this is what keeps foreign pages out, too.
 */
export function refusalOf(head: HttpHead, maxBytes: number): Refusal | undefined {
  const { method, contentType, contentEncoding, contentLength } = head
  if (method !== "POST") return { status: 405, reason: "JSON-RPC is called with POST" }
  if (!JSON_TYPE.test(contentType ?? "")) return { status: 415, reason: "the content type has to be application/json" }
  const encoding = contentEncoding ?? "identity"
  if (encoding.toLowerCase() !== "identity") {
    return { status: 415, reason: `the body must not be compressed, and it came as ${encoding}` }
  }
  return Number(contentLength ?? 0) > maxBytes ? tooLong(maxBytes) : undefined
}

/** The refusal of a body that is too long. */
export function tooLong(maxBytes: number): Refusal {
  return { status: 413, reason: `the body is longer than ${maxBytes} bytes` }
}

/** The headers of a refusal's answer, besides those of every answer. */
export function refusalHeaders({ status }: Refusal): Readonly<Record<string, string>> {
  const more = status === 405 ? { allow: "POST" } : status === 401 ? { "www-authenticate": "Bearer" } : {}
  return { "content-type": "text/plain", ...more }
}

const JSON_TYPE = /^application\/(?:json|json-rpc|jsonrequest)\s*(?:;|$)/i
