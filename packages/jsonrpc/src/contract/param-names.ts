import type { Definition, ParamList, ParamShape } from "./definition.ts"
import { ownMembers } from "../message/response.ts"
import type { StandardSchema } from "./standard-schema.ts"

/** Whether parameters are declared as a list. */
export function isParamList(params: ParamShape): params is ParamList {
  return Array.isArray(params)
}

/** What programs call the parameters, in their order. */
export function paramKeys({ params }: Pick<Definition, "params">): string[] {
  return isParamList(params) ? params.map(([name]) => name) : Object.keys(params)
}

/** What the parameters are called on the wire, in their order. */
export function paramNames(definition: Pick<Definition, "params" | "paramNames">): string[] {
  const names = ownMembers(definition.paramNames) as Readonly<Record<string, string>>
  return paramKeys(definition).map((key) => names[key] ?? key)
}

/** The schemas of the parameters, in their order. */
export function paramSchemas({ params }: Pick<Definition, "params">): StandardSchema[] {
  return isParamList(params) ? params.map(([, schema]) => schema) : Object.values(params)
}
