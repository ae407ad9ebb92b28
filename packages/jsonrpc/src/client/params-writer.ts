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
  const byName = style === "declared" ? !isList : style === "by-name"
  const valuesOf = (args: readonly unknown[]): readonly unknown[] =>
    isList ? args : keys.map((key) => (args[0] as Readonly<Record<string, unknown>> | undefined)?.[key])
  if (!byName) return (args) => withoutAbsentTail(valuesOf(args))
  return isList || Object.keys(definition.paramNames).length > 0
    ? (args) => {
        const values = valuesOf(args)
        return Object.fromEntries(names.map((name, index) => [name, values[index]]))
      }
    : ([value]) => (value ?? {}) as Params
}

function withoutAbsentTail(args: readonly unknown[]): readonly unknown[] {
  let length = args.length
  while (length > 0 && args[length - 1] === undefined) length--
  return length === args.length ? args : args.slice(0, length)
}
