import type { IncomingMessage } from "node:http"

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * What is wrong when a server sends calls on to another address, or `undefined` when it does not. Nobody follows: a token would go
 * to whom its owner has not named.
 */
export function redirectReason(url: string, { statusCode = 0, headers }: IncomingMessage): string | undefined {
  const { location } = headers
  if (!REDIRECTS.has(statusCode) || location === undefined) return undefined
  const target = URL.canParse(location, url) ? new URL(location, url).href : location
  return `HTTP status ${statusCode}: ${url} sends on to ${target}, which is not followed; use that address`
}
