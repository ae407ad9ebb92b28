import type { Definition } from "../contract/definition.ts"
import { isParamList } from "../contract/params.ts"
import type { Params } from "../message/message.ts"

/** Turns the arguments of a call into the parameters of a message. */
export type ParamsWriter = (args: readonly unknown[]) => Params | undefined

/** How parameters go over the wire: as they are declared (a list by position, an object by name), or all one way. */
export type ParamStyle = "declared" | "by-position" | "by-name"

/** Makes the writer for a definition. Parameters that are absent at the end are left out; `null` holds the place of others. */
export function paramsWriter({ params }: Definition, style: ParamStyle): ParamsWriter {
  const isList = isParamList(params)
  const names = isList ? params.map(([name]) => name) : Object.keys(params)
  const byName = style === "declared" ? !isList : style === "by-name"
  if (isList) return byName ? (args) => nameThem(names, args) : withoutAbsentTail
  if (byName) return ([value]) => (value ?? {}) as Params
  return ([value]) => {
    const record = (value ?? {}) as Readonly<Record<string, unknown>>
    return withoutAbsentTail(names.map((name) => record[name]))
  }
}

function nameThem(names: readonly string[], args: readonly unknown[]): Params {
  return Object.fromEntries(names.map((name, index) => [name, args[index]]))
}

function withoutAbsentTail(args: readonly unknown[]): readonly unknown[] {
  let length = args.length
  while (length > 0 && args[length - 1] === undefined) length--
  return length === args.length ? args : args.slice(0, length)
}
