/** Tells of promises of this process that were rejected and that nobody looks at. Returns what ends it. */
export function watchRejections(tell: (reason: unknown) => void): () => void {
  process.on("unhandledRejection", tell)
  return () => void process.off("unhandledRejection", tell)
}
