import type { ParamStyle } from "../contract/contract.ts"
import type { Definition } from "../contract/definition.ts"
import { isParamList, paramKeys, paramNames } from "../contract/param-names.ts"
import type { Params } from "../message/message.ts"

/** Turns the arguments of a call into the parameters of a message. */
export type ParamsWriter = (args: readonly unknown[]) => Params | undefined

/** Makes the writer for a definition. Parameters that are absent at the end are left out; `null` holds the place of others. */
export function paramsWriter(definition: Definition, style: ParamStyle = "declared"): ParamsWriter {
  const isList = isParamList(definition.params)
  const keys = paramKeys(definition)
  const names = paramNames(definition)
  const isRenamed = keys.some((key, index) => key !== names[index])
  const byName = style === "declared" ? !isList : style === "by-name"
  if (isList) return byName ? (args) => nameThem(names, args) : withoutAbsentTail
  if (byName && !isRenamed) return ([value]) => (value ?? {}) as Params
  const valuesOf = ([value]: readonly unknown[]): readonly unknown[] => {
    const record = (value ?? {}) as Readonly<Record<string, unknown>>
    return keys.map((key) => record[key])
  }
  return byName ? (args) => nameThem(names, valuesOf(args)) : (args) => withoutAbsentTail(valuesOf(args))
}

function nameThem(names: readonly string[], args: readonly unknown[]): Params {
  return Object.fromEntries(names.map((name, index) => [name, args[index]]))
}

function withoutAbsentTail(args: readonly unknown[]): readonly unknown[] {
  let length = args.length
  while (length > 0 && args[length - 1] === undefined) length--
  return length === args.length ? args : args.slice(0, length)
}
