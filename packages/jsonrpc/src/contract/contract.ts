import type { Flavor } from "../flavor/flavor.ts"
import type { Definition } from "./definition.ts"
import { checkDefinition, checkKey, must } from "./names.ts"

/** Methods and notifications, and contracts of such, by the names that programs call them by. */
export type Definitions = { readonly [key: string]: Definition | Contract }

/** What two sides have agreed on. From one value come the typed client, the router and their checks. */
export interface Contract<D extends Definitions = Definitions> {
  readonly kind: "contract"
  readonly definitions: D
  readonly options: ContractOptions
  /** Everything that it and those inside it hold, in their order. */
  readonly entries: readonly ContractEntry[]
}

/** How parameters go over the wire: as they are declared (a list by position, an object by name), or all one way. */
export type ParamStyle = "declared" | "by-position" | "by-name"

/** Options of {@link contract}. A contract inside another one has the other's `params` and `flavor`, unless it says its own. */
export interface ContractOptions {
  /** Stands on the wire between the name of an inner contract and the names in it. Default `.`: `api.chat.send` calls `chat.send`. */
  readonly separator?: string
  /** How clients write parameters; servers read both. Default `declared`. */
  readonly params?: ParamStyle
  /** How values become JSON. Default: that of `json`. */
  readonly flavor?: Flavor
}

/** One thing that can be called. */
export interface ContractEntry {
  /** Where programs find it: the keys from the outside in. */
  readonly path: readonly string[]
  /** What it is called on the wire. A server answers it under all of them, a client calls it by the first. */
  readonly names: readonly [string, ...string[]]
  readonly definition: Definition
  readonly options: ContractOptions
}

/**
 * Makes a contract. A method is called on the wire as it is called here, unless it has a `name` of its own; those of a
 * contract inside this one have its key before their name.
 *
 * Throws a {@link ContractError} for names that a client could not offer (`then`, `constructor`, `$...`), for names that
 * JSON-RPC keeps for itself (`rpc.`), and for a name on the wire that two of them have.
 */
export function contract<const D extends Definitions>(definitions: D, options: ContractOptions = {}): Contract<D> {
  const { separator = "." } = options
  const entries = Object.entries(definitions).flatMap(([key, definition]): readonly ContractEntry[] => {
    checkKey(key)
    if (definition.kind !== "contract") {
      checkDefinition(key, definition)
      return [{ path: [key], names: [definition.name ?? key, ...definition.aliases], definition, options }]
    }
    return definition.entries.map((inner) => ({
      ...inner,
      path: [key, ...inner.path],
      names: inner.names.map((name) => `${key}${separator}${name}`) as [string, ...string[]],
      options: { ...options, ...inner.options },
    }))
  })
  const taken = new Map<string, string>()
  for (const { path, names } of entries) {
    const key = path.join(".")
    for (const name of names) {
      const other = taken.get(name)
      must(!name.startsWith("rpc."), `${key}: a name must not begin with "rpc."`)
      must(other === undefined, `${key}: ${String(other)} is called ${JSON.stringify(name)} too`)
      taken.set(name, key)
    }
  }
  return { kind: "contract", definitions, options, entries }
}
