import { JsonText } from "../message/json-text.ts"
import { stringEnd } from "../message/slice.ts"
import { flavor, type Flavor } from "./flavor.ts"
import { bigintForm } from "./forms.ts"

/**
 * As `jsonFlavor`, but numbers keep every digit: bigints are written as numbers, and a number that a double cannot hold is
 * read as a bigint, or as {@link JsonText} when it has a fraction.
 */
export const losslessFlavor: Flavor = /* @__PURE__ */ flavor("lossless", {
  bigint: bigintForm.digits,
  parse: parseLossless,
})

/** As JSON.parse, but no digit of a number is lost. Throws a SyntaxError when the text is not JSON. */
export function parseLossless(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return LONG_NUMBER.test(text) ? new LosslessReader(text).value() : value
}

/** Fifteen digits and a short exponent always fit a double: texts without more, the most common, need no second look. */
const LONG_NUMBER = /[\d.]{16}|\d[eE][+-]?\d{2}/
const NUMBER = /-?\d[\d.eE+-]*/y
const SPACE = /[ \t\r\n]*/y
const EXACT_INTEGER = /^-?\d{1,15}$/
const INTEGER = /^-?\d{1,4096}$/

/** Reads text that JSON.parse has taken before, so it checks nothing. */
class LosslessReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(): unknown {
    switch (this.#peek()) {
      case "[":
        return this.#items("]", () => this.value())
      case "{":
        // fromEntries, so that a member called __proto__ is a member like any other.
        return Object.fromEntries(this.#items("}", () => this.#member()))
      case '"':
        return this.#string()
      case "t":
        return this.#word("true", true)
      case "f":
        return this.#word("false", false)
      case "n":
        return this.#word("null", null)
      default:
        return numberOf(this.#match(NUMBER))
    }
  }

  #items<Item>(end: string, read: () => Item): Item[] {
    const items: Item[] = []
    this.#at++
    while (this.#peek() !== end) {
      if (this.#text[this.#at] === ",") this.#at++
      items.push(read())
    }
    this.#at++
    return items
  }

  #member(): [string, unknown] {
    this.#peek()
    const name = this.#string()
    this.#peek()
    this.#at++
    return [name, this.value()]
  }

  #string(): string {
    const start = this.#at
    this.#at = stringEnd(this.#text, start)
    return JSON.parse(this.#text.slice(start, this.#at)) as string
  }

  #word<Value>(word: string, value: Value): Value {
    this.#at += word.length
    return value
  }

  /** The next character that is no space. */
  #peek(): string {
    this.#match(SPACE)
    return this.#text[this.#at] ?? ""
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ""
    this.#at += found.length
    return found
  }
}

function numberOf(text: string): number | bigint | JsonText {
  const double = Number(text)
  if (EXACT_INTEGER.test(text) || isSameNumber(text, double)) return double
  return INTEGER.test(text) ? BigInt(text) : new JsonText(text)
}

/** Whether a double, written out again, is the number of the text, be it written in another way. */
function isSameNumber(text: string, double: number): boolean {
  return Number.isFinite(double) && canonical(text) === canonical(String(double))
}

/** Sign, digits without zeros at either end, and the power of ten of the last of them. */
function canonical(text: string): string {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e")
  const sign = mantissa.startsWith("-") ? "-" : ""
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".")
  const digits = (whole + fraction).replace(/^0+/, "")
  const significant = digits.replace(/0+$/, "")
  if (significant === "") return "0"
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}
