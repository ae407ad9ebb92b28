/** How WebSocket messages are compressed (permessage-deflate, RFC 7692). */
export interface CompressionOptions {
  /** Shorter messages are sent as they are; in bytes. Default 1024. */
  thresholdBytes?: number
  /** How hard it tries, from 1 to 9. Default 3: of the time of zlib's own 6 about half, for JSON of nearly the same size. */
  level?: number
}

/** Whether, and how. */
export type Compression = boolean | CompressionOptions

/**
 * {@link Compression} in the words of the `ws` package. Each message is compressed by itself: neither side has to keep what was
 * said before, and a short message costs nothing.
 */
export function deflateOptions(compression: Compression | undefined) {
  if (compression === undefined || compression === false) return false
  const { thresholdBytes = 1024, level = 3 } = compression === true ? {} : compression
  return {
    threshold: thresholdBytes,
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    zlibDeflateOptions: { level, memLevel: 7 },
  }
}
