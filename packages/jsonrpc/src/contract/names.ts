import { ContractError } from "./contract-error.ts"
import type { Definition } from "./definition.ts"
import { paramKeys, paramNames } from "./param-names.ts"

/** Names that have a meaning of their own on any object, or make one look like a promise. */
const KEPT_NAMES: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  "then",
  "catch",
  "finally",
  "close",
  "toJSON",
  "prototype",
])

/** Throws a {@link ContractError} when a client could not have something under this key. */
export function checkKey(key: string): void {
  if (KEPT_NAMES.has(key) || key.startsWith("$")) {
    throw new ContractError(
      `a client cannot have a method called ${JSON.stringify(key)}: choose another key, and give it this one as its name`,
    )
  }
}

/** Throws a {@link ContractError} when parameters could not be told apart. */
export function checkDefinition(key: string, definition: Definition): void {
  const keys = paramKeys(definition)
  const stranger = Object.keys(definition.paramNames).find((name) => !keys.includes(name))
  if (stranger !== undefined)
    throw new ContractError(`${key}: there is no parameter ${JSON.stringify(stranger)} to name`)
  const names = paramNames(definition)
  if (new Set(keys).size < keys.length || new Set(names).size < names.length)
    throw new ContractError(`${key}: two parameters have the same name`)
  if (keys.includes("__proto__") || names.includes("__proto__"))
    throw new ContractError(`${key}: a parameter cannot be called __proto__`)
}
