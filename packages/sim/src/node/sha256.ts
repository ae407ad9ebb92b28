import { createHash } from "node:crypto"

/** A SHA-256 that is fed text by text. */
export interface TextHash {
  update(text: string): void
  /** The hash so far, 64 hexadecimal digits. More can be fed afterwards. */
  digest(): string
}

export function sha256(): TextHash {
  const hash = createHash("sha256")
  return { update: (text) => void hash.update(text), digest: () => hash.copy().digest("hex") }
}
