/** How WebSocket messages are compressed (permessage-deflate, RFC 7692). */
export interface CompressionOptions {
  /** Shorter messages are sent as they are; in bytes. Default 1024. */
  thresholdBytes?: number
}

/** Whether, and how. */
export type Compression = boolean | CompressionOptions

/** How far back a compressor looks, as a power of 2 in bytes. */
const WINDOW_BITS = 13
/** Its table of what it has seen, as zlib counts. */
const MEMORY_LEVEL = 5

/**
 * {@link Compression} in the words of the `ws` package. Each message is compressed by itself: neither side has to keep what was
 * said before, and a short message costs nothing. The window and the table are smaller than zlib's own: for JSON the outcome is as
 * small, in less time and a fifth of the memory.
 */
export function deflateOptions(compression: Compression | undefined, role: "client" | "server") {
  if (compression === undefined || compression === false) return false
  const { thresholdBytes = 1024 } = compression === true ? {} : compression
  return {
    threshold: thresholdBytes,
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    // Only of oneself: what is asked of the other side it may not know how to do.
    ...(role === "server" ? { serverMaxWindowBits: WINDOW_BITS } : { clientMaxWindowBits: WINDOW_BITS }),
    zlibDeflateOptions: { memLevel: MEMORY_LEVEL },
  }
}
