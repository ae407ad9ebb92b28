import { Buffer, isAscii } from "node:buffer"

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
/** From so many bytes on it pays to look whether all are ASCII. */
const LONG_BYTES = 2048

/**
 * The text of bytes; a byte order mark is a part of it. Throws a TypeError when they are no UTF-8.
 *
 * What is all ASCII is copied as it lies in memory: Node 20 reads a MiB in 90 us instead of 740 so.
 */
export function nodeDecodeUtf8(bytes: Uint8Array): string {
  if (bytes.length < LONG_BYTES || !isAscii(bytes)) return decoder.decode(bytes)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1")
}
