import { JsonText } from "./json-text.ts"

// These look into text that JSON.parse has taken before, so they check nothing.

/** The texts of the members of an object, by name. Of two members of one name the last one counts, as for JSON.parse. */
export function memberTexts(text: string): Map<string, string> {
  const members = new Map<string, string>()
  for (const part of parts(text)) {
    const nameEnd = stringEnd(part, 0)
    const value = part.indexOf(":", nameEnd) + 1
    members.set(JSON.parse(part.slice(0, nameEnd)) as string, part.slice(value).trim())
  }
  return members
}

/** The texts of the items of an array. */
export function itemTexts(text: string): string[] {
  return parts(text)
}

/** What stands between the commas of an array or of an object. */
function parts(text: string): string[] {
  const inside = text.trim().slice(1, -1)
  const found: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < inside.length; at++) {
    const char = inside.charCodeAt(at)
    if (char === QUOTE) at = stringEnd(inside, at) - 1
    else if (char === OPEN_BRACKET || char === OPEN_BRACE) depth++
    else if (char === CLOSE_BRACKET || char === CLOSE_BRACE) depth--
    else if (char === COMMA && depth === 0) {
      found.push(inside.slice(start, at).trim())
      start = at + 1
    }
  }
  const last = inside.slice(start).trim()
  return last === "" ? found : [...found, last]
}

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** Where the string that begins at `start` is over: behind its closing quote. */
export function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === BACKSLASH) at++
    else if (char === QUOTE) return at + 1
  }
  return text.length
}

/** A text that came in: of one message, or of several when it is a batch. */
export interface ResponseText {
  readonly text: string
  /** The texts of the items of a batch, once somebody wanted one. */
  items?: readonly string[]
}

/** Finds the result of a response in the text that it came in. `index` is its place when that is a batch. */
export type ResultCutter = (response: ResponseText, index?: number) => JsonText

/** The result of a response as the text that it came as. Results that are wanted so bring it with them: few are. */
export const cutResult: ResultCutter = (response, index) =>
  new JsonText(memberText(response, index, "result") ?? "null")

/** The text of a member of a message, if it has that. `index` is the message's place when the text is a batch. */
export function memberText(source: ResponseText, index: number | undefined, name: string): string | undefined {
  const text = index === undefined ? source.text : (source.items ??= itemTexts(source.text))[index]
  return memberTexts(text ?? "{}").get(name)
}
