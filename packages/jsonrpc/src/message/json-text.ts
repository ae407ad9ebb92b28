import { RAW_TEXT } from "./raw-text.ts"

/**
 * JSON text that stands where a value would: as parameters, as a result, or within them. It goes over the wire as it is,
 * but for line breaks between its tokens, which become spaces: some framings end a message with one. Make one with
 * {@link jsonText}.
 */
export class JsonText {
  readonly text: string;
  /** So that it may be given wherever parameters by name may. */
  readonly [name: string]: unknown

  /** @param text Must be JSON. */
  constructor(text: string) {
    this.text = LINE_BREAK.test(text) ? text.replaceAll(LINE_BREAKS, " ") : text
  }

  get [RAW_TEXT](): string {
    return this.text
  }

  /** For `JSON.stringify`, which cannot take text as it is. */
  toJSON(): unknown {
    return JSON.parse(this.text)
  }
}

// A string in JSON text holds no line break, so each of them stands between tokens.
const LINE_BREAK = /[\r\n]/
const LINE_BREAKS = /[\r\n]/g

/** Marks text as JSON that is to go over the wire untouched. Throws a SyntaxError when it is not JSON. */
export function jsonText(text: string): JsonText {
  JSON.parse(text)
  return new JsonText(text)
}
