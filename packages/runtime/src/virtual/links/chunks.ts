import type { LinkPolicy, Piece } from "../link.ts"

/** Options of {@link withChunks}. */
export interface ChunkOptions {
  /** How many chunks of a hundred are cut. Default 50. */
  readonly percent?: number
  /** Into how many pieces at most. Default 4. */
  readonly pieces?: number
  /** How much later each piece may be than the one before, in milliseconds. Default 5. */
  readonly spreadMs?: number
}

/** Chunks arrive cut at any byte: the random source says where. Nothing is lost. */
export function withChunks(
  below: LinkPolicy,
  { percent = 50, pieces: most = 4, spreadMs = 5 }: ChunkOptions = {},
): LinkPolicy {
  return {
    connect: (link, context) => below.connect(link, context),
    send(link, bytes, context) {
      const verdict = below.send(link, bytes, context)
      const { random } = context
      if (verdict.kind !== "deliver" || bytes < 2 || random.integer(100) >= percent) return verdict
      const pieces: Piece[] = []
      let { delay } = verdict
      for (let left = bytes; left > 0 && pieces.length < most; delay += spreadMs * random.float()) {
        const size = pieces.length === most - 1 ? left : 1 + random.integer(left)
        pieces.push({ bytes: size, delay })
        left -= size
      }
      return { kind: "pieces", pieces }
    },
  }
}
