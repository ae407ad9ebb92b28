// The grammar of signatures once more, for the compiler. Each rule takes what is left of the text and gives what it has
// read with what is left then. Where the text is not of this form it has failed: the contract is `never`, and the parser says
// why when the program runs.

import type { JsonText } from "../../message/json-text.ts"
import type { Contract, Definitions } from "../contract.ts"
import type { Method, NoResult, ParamList } from "../definition.ts"
import type { Schema } from "../own-schema.ts"
import type { StandardSchema } from "../standard-schema.ts"

/** The contract that a text of signatures, or a list of such, describes. */
export type SignaturesContract<S extends string | readonly string[]> =
  SignaturesOf<Joined<S>> extends infer D extends Definitions ? Contract<D> : never

/** The contract of one signature under a name of one's own. */
export type SignatureContract<K extends string, S extends string> =
  SignatureOf<S> extends infer M extends Method ? Contract<{ readonly [Key in K]: M }> : never

/** The methods that a text of signatures describes. Of a text that the compiler does not know: any name, any arguments. */
type SignaturesOf<S extends string> = string extends S
  ? Readonly<Record<string, Method<ParamList, StandardSchema, NoErrors>>>
  : Simplify<Signatures<WithoutComments<S>>>

/** The method that one signature describes. */
type SignatureOf<S extends string> = string extends S
  ? Method<ParamList, StandardSchema, NoErrors>
  : ReadSignature<SkipSeparators<WithoutComments<S>>> extends [string, infer M extends Method, string]
    ? M
    : never

/** Texts as one text. */
type Joined<S extends string | readonly string[]> = S extends string
  ? S
  : S extends readonly [infer First extends string, ...infer Rest extends readonly string[]]
    ? `${First}\n${Joined<Rest>}`
    : S extends readonly []
      ? ""
      : string

/** Not `never`, which would extend everything that is asked of it. */
type Failed = false

type NoErrors = Readonly<Record<string, never>>

type Signatures<S extends string, Found = unknown> =
  SkipSeparators<S> extends infer Text extends string
    ? Text extends ""
      ? Found
      : ReadFirst<Text> extends [infer Name extends string, infer M, infer Rest extends string]
        ? Signatures<Rest, Found & { readonly [K in Name]: M }>
        : Failed
    : Failed

/** Looks at the first line alone, which most signatures need; each step on a long text costs the compiler its length. */
type ReadFirst<S extends string> = S extends `${infer Line}\n${infer Below}`
  ? ReadSignature<Line> extends [infer Name, infer M, infer Rest extends string]
    ? GoesOn<Below> extends true
      ? ReadSignature<S>
      : [Name, M, Rest extends "" ? Below : `${Rest}\n${Below}`]
    : ReadSignature<S>
  : ReadSignature<S>

type GoesOn<Below extends string> = TrimStart<Below> extends `${":" | "|" | "["}${string}` ? true : false

type ReadSignature<S extends string> = S extends `\`${infer Name}\`${infer Rest}`
  ? ReadParams<Name, TrimStart<Rest>>
  : S extends `${infer Name}(${infer Rest}`
    ? ReadParams<TrimEnd<Name>, `(${Rest}`>
    : Failed

type ReadParams<Name extends string, S extends string> = S extends `(${infer Rest}`
  ? Params<TrimStart<Rest>, []> extends [infer P extends ParamList, infer After extends string]
    ? ReadResult<Name, P, After>
    : Failed
  : Failed

type ReadResult<Name extends string, P extends ParamList, S extends string> =
  TrimStart<S> extends `:${infer Rest}`
    ? TrimStart<Rest> extends `void${infer After}`
      ? [Name, Method<P, NoResult, NoErrors>, After]
      : Type<Rest> extends [infer T, infer After extends string]
        ? [Name, Method<P, Schema<T>, NoErrors>, After]
        : Failed
    : [Name, Method<P, NoResult, NoErrors>, S]

type Params<S extends string, Found extends ParamList> = S extends `)${infer Rest}`
  ? [Found, Rest]
  : S extends `${infer Name}:${infer Rest}`
    ? Type<Rest> extends [infer T, infer After extends string]
      ? Params<SkipComma<TrimStart<After>>, [...Found, Param<TrimEnd<Name>, T>]>
      : Failed
    : Failed

type Param<Name extends string, T> = Name extends `${infer Bare}?`
  ? readonly [TrimEnd<Bare>, Schema<T | undefined>]
  : readonly [Name, Schema<T>]

type Type<S extends string> =
  List<TrimStart<S>> extends [infer T, infer Rest extends string]
    ? TrimStart<Rest> extends `|${infer More}`
      ? Type<More> extends [infer U, infer After extends string]
        ? [T | U, After]
        : Failed
      : [T, Rest]
    : Failed

type List<S extends string> = Primary<S> extends [infer T, infer Rest extends string] ? Brackets<T, Rest> : Failed

type Brackets<T, S extends string> =
  TrimStart<S> extends `[${infer Rest}`
    ? TrimStart<Rest> extends `]${infer After}`
      ? Brackets<T[], After>
      : Failed
    : [T, S]

type Primary<S extends string> = S extends `{${infer Rest}`
  ? Fields<TrimStart<Rest>>
  : S extends `(${infer Rest}`
    ? Type<Rest> extends [infer T, infer After extends string]
      ? TrimStart<After> extends `)${infer End}`
        ? [T, End]
        : Failed
      : Failed
    : Word<S>

type Fields<S extends string, Found = unknown> = S extends `}${infer Rest}`
  ? [Simplify<Found>, Rest]
  : S extends `${infer Name}:${infer Rest}`
    ? Type<Rest> extends [infer T, infer After extends string]
      ? Fields<SkipComma<TrimStart<After>>, Found & Field<TrimEnd<Name>, T>>
      : Failed
    : Failed

type Field<Name extends string, T> = Name extends `${infer Bare}?`
  ? { [K in TrimEnd<Bare>]?: T | undefined }
  : { [K in Name]: T }

type Word<S extends string> = S extends `string${infer Rest}`
  ? [string, Rest]
  : S extends `number${infer Rest}`
    ? [number, Rest]
    : S extends `integer${infer Rest}`
      ? [number, Rest]
      : S extends `boolean${infer Rest}`
        ? [boolean, Rest]
        : S extends `null${infer Rest}`
          ? [null, Rest]
          : S extends `unknown${infer Rest}`
            ? [unknown, Rest]
            : S extends `any${infer Rest}`
              ? [unknown, Rest]
              : S extends `bigint${infer Rest}`
                ? [bigint, Rest]
                : S extends `bytes${infer Rest}`
                  ? [Uint8Array, Rest]
                  : S extends `date${infer Rest}`
                    ? [Date, Rest]
                    : S extends `json${infer Rest}`
                      ? [JsonText, Rest]
                      : Failed

type Space = " " | "\n" | "\t" | "\r"

type TrimStart<S extends string> = S extends `${Space}${infer Rest}` ? TrimStart<Rest> : S

type TrimEnd<S extends string> = S extends `${infer Rest}${Space}` ? TrimEnd<Rest> : S

type SkipSeparators<S extends string> = S extends `${Space | ";"}${infer Rest}` ? SkipSeparators<Rest> : S

type SkipComma<S extends string> = S extends `${"," | ";"}${infer Rest}` ? TrimStart<Rest> : S

type WithoutComments<S extends string> = S extends `${infer Before}//${infer After}`
  ? After extends `${string}\n${infer Rest}`
    ? WithoutComments<`${Before}\n${Rest}`>
    : Before
  : S

type Simplify<T> = { [K in keyof T]: T[K] }
