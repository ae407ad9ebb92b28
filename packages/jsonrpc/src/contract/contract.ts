import { ContractError } from "./contract-error.ts"
import type { Definition } from "./definition.ts"
import { isParamList } from "./params.ts"

/** Methods and notifications by the names that programs call them by. */
export type Definitions = Readonly<Record<string, Definition>>

/** What two sides have agreed on. From one value come the typed client, the router and their checks. */
export interface Contract<D extends Definitions = Definitions> {
  readonly definitions: D
}

/**
 * Makes a contract. A method is called on the wire as it is called here, unless it has a `name` of its own.
 *
 * Throws a {@link ContractError} for names that a client could not offer (`then`, `constructor`, `$...`), for names that
 * JSON-RPC keeps for itself (`rpc.`), and for a name on the wire that two of them have.
 */
export function contract<const D extends Definitions>(definitions: D): Contract<D> {
  const taken = new Map<string, string>()
  for (const [key, definition] of Object.entries(definitions)) {
    checkKey(key)
    checkParamNames(key, definition)
    for (const name of wireNames(key, definition)) {
      if (name.startsWith("rpc.")) throw new ContractError(`${key}: names that begin with "rpc." belong to JSON-RPC`)
      const other = taken.get(name)
      if (other !== undefined)
        throw new ContractError(`${other} and ${key} are both called ${JSON.stringify(name)} on the wire`)
      taken.set(name, key)
    }
  }
  return { definitions }
}

/** What a definition is called on the wire. */
export function wireName(key: string, { name = key }: Definition): string {
  return name
}

/** Every name under which a server answers to a definition. */
export function wireNames(key: string, definition: Definition): string[] {
  return [wireName(key, definition), ...definition.aliases]
}

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

function checkKey(key: string): void {
  if (KEPT_NAMES.has(key) || key.startsWith("$")) {
    throw new ContractError(
      `a client cannot have a method called ${JSON.stringify(key)}: choose another key, and give it this one as its name`,
    )
  }
}

function checkParamNames(key: string, { params }: Definition): void {
  const names = isParamList(params) ? params.map(([name]) => name) : Object.keys(params)
  if (new Set(names).size < names.length) throw new ContractError(`${key}: two parameters have the same name`)
  if (names.includes("__proto__")) throw new ContractError(`${key}: a parameter cannot be called __proto__`)
}
