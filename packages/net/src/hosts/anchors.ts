import type { Runtime, Store } from "@dchat/runtime"
import { canonicalUrl, FormatError } from "@dchat/wire"

/** So many anchors are kept, unless another number is named. */
export const MOST_ANCHORS = 4
/** An anchor that does not answer is given up after so many attempts. */
const ATTEMPTS = 8

/** The text of a file of anchors: a URL on each line, the longest connected first. */
export function formatAnchors(urls: readonly string[]): string {
  return urls.map((url) => `${url}\n`).join("")
}

/** The anchors of a file, without doubles; lines that are no URLs are skipped. */
export function parseAnchors(text: string, most = MOST_ANCHORS): string[] {
  const urls = new Set<string>()
  for (const line of text.split(/\r?\n/)) {
    if (urls.size === most) break
    try {
      urls.add(canonicalUrl(line))
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
    }
  }
  return [...urls]
}

/** What anchors need of the world. */
export interface AnchorsRuntime extends Pick<Runtime, "log"> {
  readonly store: Pick<Store, "read" | "write">
}

/**
 * The peers that we had chosen ourselves and were connected to for longest, kept beside the host list. After a restart
 * they are dialled first: whoever has filled the lists in the meantime, or makes us restart, gains nothing by it.
 */
export class Anchors {
  readonly #name: string
  readonly #runtime: AnchorsRuntime
  readonly #most: number
  #kept: readonly string[] = []
  /** Whom to dial first, and how often that was in vain. */
  readonly #due = new Map<string, number>()

  /**
   * @param name Of the bytes in the store.
   * @param most How many are kept.
   */
  constructor(name: string, runtime: AnchorsRuntime, most = MOST_ANCHORS) {
    this.#name = name
    this.#runtime = runtime
    this.#most = most
  }

  /** Those of the last time, or that were saved last. */
  get kept(): readonly string[] {
    return this.#kept
  }

  /** Reads them. That there are none is fine; what cannot be read is logged. */
  async load(): Promise<void> {
    const { log, store } = this.#runtime
    try {
      const bytes = await store.read(this.#name)
      if (bytes === undefined) return
      this.#kept = parseAnchors(new TextDecoder().decode(bytes), this.#most)
      for (const url of this.#kept) this.#due.set(url, 0)
      if (this.#kept.length > 0) log.info(`Dialling ${this.#kept.length} peers of the last time first`)
    } catch (error) {
      log.error(`The anchors in ${this.#name} cannot be read`, { error })
    }
  }

  /** The first anchor that has not been tried for long enough and that `accept` takes. */
  next(accept: (url: string) => boolean): string | undefined {
    for (const url of this.#due.keys()) if (accept(url)) return url
    return undefined
  }

  /** A host was connected to: if it was an anchor, it need not be dialled first any more. */
  connected(url: string): void {
    this.#due.delete(url)
  }

  /** A host did not answer. */
  failed(url: string): void {
    const failures = this.#due.get(url)
    if (failures === undefined) return
    if (failures + 1 < ATTEMPTS) this.#due.set(url, failures + 1)
    else this.#due.delete(url)
  }

  /**
   * Writes who are connected, whole or not at all, if that has changed. While they are few, those of the last time stay
   * behind them. A failure is logged.
   *
   * @param connected The longest connected first.
   */
  async save(connected: readonly string[]): Promise<void> {
    const urls = [...new Set([...connected, ...this.#kept])].slice(0, this.#most)
    if (urls.join("\n") === this.#kept.join("\n")) return
    try {
      await this.#runtime.store.write(this.#name, new TextEncoder().encode(formatAnchors(urls)))
      this.#kept = urls
    } catch (error) {
      this.#runtime.log.error(`The anchors cannot be written to ${this.#name}`, { error })
    }
  }
}
