import { ContractError } from "./contract-error.ts"
import type { Definition } from "./definition.ts"
import { paramKeys, paramNames } from "./param-names.ts"

/** Names that begin like those of a client itself, make an object look like a promise, or belong to a class. */
const KEPT_NAME = /^(\$.*|then|catch|finally|close|toJSON|prototype)$/s

/** Throws a {@link ContractError} when something breaks a rule. */
export function must(isRight: boolean, rule: string): void {
  if (!isRight) throw new ContractError(rule)
}

/** Throws a {@link ContractError} when a client could not have something under this key. */
export function checkKey(key: string): void {
  must(
    !KEPT_NAME.test(key) && !(key in Object.prototype),
    `a client cannot have a method called ${JSON.stringify(key)}: choose another key, and this as its name`,
  )
}

/** Throws a {@link ContractError} when parameters could not be told apart. */
export function checkDefinition(key: string, definition: Definition): void {
  const keys = paramKeys(definition)
  for (const name of Object.keys(definition.paramNames)) {
    must(keys.includes(name), `${key}: there is no parameter ${JSON.stringify(name)}`)
  }
  for (const names of [keys, paramNames(definition)]) {
    const taken = new Set([...names, "__proto__"])
    must(taken.size > names.length, `${key}: two parameters have the same name, or one is called __proto__`)
  }
}
