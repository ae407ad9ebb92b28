import { ContractError } from "./contract-error.ts"
import type { Definition } from "./definition.ts"
import { paramKeys, paramNames } from "./param-names.ts"

/** Names that begin like those of a client itself, make an object look like a promise, or belong to a class. */
const KEPT_NAME = /^(\$.*|then|catch|finally|close|toJSON|prototype)$/s

/** Throws a {@link ContractError} when a client could not have something under this key. */
export function checkKey(key: string): void {
  if (KEPT_NAME.test(key) || key in Object.prototype) {
    throw new ContractError(
      `a client cannot have a method called ${JSON.stringify(key)}: choose another key, and give it this one as its name`,
    )
  }
}

/** Throws a {@link ContractError} when parameters could not be told apart. */
export function checkDefinition(key: string, definition: Definition): void {
  const keys = paramKeys(definition)
  const names = paramNames(definition)
  const check = (isRight: boolean, rule: string): void => {
    if (!isRight) throw new ContractError(`${key}: ${rule}`)
  }
  for (const name of Object.keys(definition.paramNames))
    check(keys.includes(name), `there is no parameter ${JSON.stringify(name)} to name`)
  for (const each of [keys, names]) {
    check(new Set(each).size === each.length, "two parameters have the same name")
    check(!each.includes("__proto__"), "a parameter cannot be called __proto__")
  }
}
