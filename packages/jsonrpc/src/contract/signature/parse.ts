import { SignatureError } from "./signature-error.ts"

/** The types that have a name. */
export const TYPE_WORDS = [
  "string",
  "number",
  "integer",
  "boolean",
  "null",
  "unknown",
  "any",
  "bigint",
  "bytes",
  "date",
  "json",
] as const

/** The name of a type. `any` and `unknown` are the same: any JSON. */
export type TypeWord = (typeof TYPE_WORDS)[number]

/** A type, as it is written. */
export type TypeNode =
  | { readonly kind: "word"; readonly word: TypeWord }
  | { readonly kind: "list"; readonly item: TypeNode }
  | { readonly kind: "union"; readonly choices: readonly TypeNode[] }
  | { readonly kind: "object"; readonly fields: readonly FieldNode[] }

/** A parameter or a property. */
export interface FieldNode {
  readonly name: string
  readonly isOptional: boolean
  readonly type: TypeNode
}

/** A signature, as it is written. */
export interface SignatureNode {
  readonly name: string
  readonly params: readonly FieldNode[]
  /** `undefined` when it gives nothing. */
  readonly result: TypeNode | undefined
}

/** Reads signatures. Throws a {@link SignatureError} that says where it cannot. */
export function parseSignatures(text: string): SignatureNode[] {
  return new Parser(text).signatures()
}

const BLANK = /(?:[ \t\r\n]|\/\/[^\n]*)*/y
const NAME = /[^\s()[\]{}:;,|?`"'/]+/y
const QUOTED_NAME = /`[^`\r\n]+`/y
/** Deep enough for everybody, and not so deep that a text could exhaust the stack. */
const MAX_DEPTH = 64

/** One reader of one text: a method for each rule of the grammar. */
class Parser {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  signatures(): SignatureNode[] {
    const found: SignatureNode[] = []
    const names = new Set<string>()
    for (this.#skipSeparators(); this.#at < this.#text.length; this.#skipSeparators()) {
      const start = this.#at
      const signature = this.#signature()
      if (names.has(signature.name))
        throw this.#error(`there are two signatures of ${JSON.stringify(signature.name)}`, start)
      names.add(signature.name)
      found.push(signature)
      this.#checkSeparated()
    }
    return found
  }

  #signature(): SignatureNode {
    const name = this.#take(QUOTED_NAME)?.slice(1, -1) ?? this.#name("the name of a method")
    this.#expect("(")
    const params = this.#fields(")", [","], "the name of a parameter")
    if (!this.#takes(":")) return { name, params, result: undefined }
    if (this.#word() !== "void") return { name, params, result: this.#type() }
    this.#name("void")
    return { name, params, result: undefined }
  }

  #fields(end: string, separators: readonly string[], what: string): FieldNode[] {
    const fields: FieldNode[] = []
    while (!this.#takes(end)) {
      this.#skipBlank()
      const start = this.#at
      const name = this.#name(what)
      if (fields.some((field) => field.name === name))
        throw this.#error(`${JSON.stringify(name)} is there twice`, start)
      const isOptional = this.#takes("?")
      this.#expect(":")
      fields.push({ name, isOptional, type: this.#type() })
      if (separators.some((separator) => this.#takes(separator))) continue
      this.#expect(end, `${separators.map((each) => JSON.stringify(each)).join(" or ")} or ${JSON.stringify(end)}`)
      return fields
    }
    return fields
  }

  #type(): TypeNode {
    if (++this.#depth > MAX_DEPTH) throw this.#error(`types are nested more than ${MAX_DEPTH} deep`)
    const choices = [this.#list()]
    while (this.#takes("|")) choices.push(this.#list())
    this.#depth--
    return choices.length === 1 ? (choices[0] as TypeNode) : { kind: "union", choices }
  }

  #list(): TypeNode {
    let type = this.#primary()
    while (this.#takes("[")) {
      this.#expect("]")
      type = { kind: "list", item: type }
    }
    return type
  }

  #primary(): TypeNode {
    if (this.#takes("{")) return { kind: "object", fields: this.#fields("}", [",", ";"], "the name of a property") }
    if (this.#takes("(")) {
      const type = this.#type()
      this.#expect(")")
      return type
    }
    this.#skipBlank()
    const start = this.#at
    const word = this.#name("a type")
    if (isTypeWord(word)) return { kind: "word", word }
    throw this.#error(`there is no type ${JSON.stringify(word)}; there are ${TYPE_WORDS.join(", ")}`, start)
  }

  /** The word that comes next, which stays there. */
  #word(): string | undefined {
    const start = this.#at
    this.#skipBlank()
    const word = this.#take(NAME)
    this.#at = start
    return word
  }

  #name(what: string): string {
    this.#skipBlank()
    const name = this.#take(NAME)
    if (name === undefined) throw this.#error(`expected ${what}, got ${this.#next()}`)
    return name
  }

  /** Takes a token, and the blanks before it, if it comes next. */
  #takes(token: string): boolean {
    const start = this.#at
    this.#skipBlank()
    const isNext = this.#text.startsWith(token, this.#at)
    this.#at = isNext ? this.#at + token.length : start
    return isNext
  }

  #expect(token: string, what = JSON.stringify(token)): void {
    if (this.#takes(token)) return
    this.#skipBlank()
    throw this.#error(`expected ${what}, got ${this.#next()}`)
  }

  /** Signatures are kept apart by a semicolon or by a line break. */
  #checkSeparated(): void {
    const end = this.#at
    this.#skipBlank()
    const isApart = this.#text.slice(end, this.#at).includes("\n")
    if (isApart || this.#at === this.#text.length || this.#text[this.#at] === ";") return
    throw this.#error(`expected ";" or the end of the line, got ${this.#next()}`)
  }

  #skipSeparators(): void {
    while (this.#takes(";"));
    this.#skipBlank()
  }

  #skipBlank(): void {
    this.#take(BLANK)
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    this.#at += found?.length ?? 0
    return found
  }

  #next(): string {
    const [char] = this.#text.slice(this.#at, this.#at + 2)
    return char === undefined ? "the end of the text" : JSON.stringify(char)
  }

  #error(reason: string, at = this.#at): SignatureError {
    const before = this.#text.slice(0, at).split("\n")
    return new SignatureError(reason, before.length, Array.from(before.at(-1) ?? "").length + 1)
  }
}

function isTypeWord(word: string): word is TypeWord {
  return (TYPE_WORDS as readonly string[]).includes(word)
}
