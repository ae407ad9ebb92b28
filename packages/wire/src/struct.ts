import type { Codec, TypeOf } from "./codec.ts"
import { DefinitionError, EncodeError, inPart } from "./errors.ts"
import { checkList } from "./list.ts"
import { show } from "./show.ts"

/** The type that {@link tuple} makes of its members' codecs. */
export type TupleOf<C extends readonly Codec<unknown>[]> = { -readonly [I in keyof C]: TypeOf<C[I]> }

/** The type that {@link struct} makes of its fields' codecs. */
export type StructOf<F extends Readonly<Record<string, Codec<unknown>>>> = { -readonly [K in keyof F]: TypeOf<F[K]> }

/** Members of different types, one after the other. */
export function tuple<const C extends readonly Codec<unknown>[]>(...codecs: C): Codec<TupleOf<C>> {
  return {
    minBytes: sum(codecs),
    encode(writer, members) {
      const list: readonly unknown[] = members
      checkList(list)
      if (list.length !== codecs.length) {
        throw new EncodeError("bad-length", `${list.length} members where ${codecs.length} are needed`)
      }
      let i = 0
      try {
        for (const codec of codecs) {
          codec.encode(writer, list[i])
          i += 1
        }
      } catch (error) {
        throw inPart(error, `${i}`)
      }
    },
    decode(reader) {
      const list: unknown[] = []
      try {
        for (const codec of codecs) list.push(codec.decode(reader))
      } catch (error) {
        throw inPart(error, `${list.length}`)
      }
      return list as TupleOf<C>
    },
  }
}

/**
 * Named fields in the order in which they are given, nothing between them. A name that is a whole number is refused:
 * JavaScript would move it to the front.
 */
export function struct<F extends Readonly<Record<string, Codec<unknown>>>>(fields: F): Codec<StructOf<F>> {
  checkNames(fields)
  const names = Object.keys(fields)
  const codecs = Object.values(fields)
  return {
    minBytes: sum(codecs),
    encode(writer, value) {
      checkObject(value)
      const values = value as Record<string, unknown>
      let name = ""
      try {
        for (let i = 0; i < names.length; i += 1) {
          name = names[i] as string
          ;(codecs[i] as Codec<unknown>).encode(writer, values[name])
        }
      } catch (error) {
        throw inPart(error, name)
      }
    },
    decode(reader) {
      const values: Record<string, unknown> = {}
      let name = ""
      try {
        for (let i = 0; i < names.length; i += 1) {
          name = names[i] as string
          values[name] = (codecs[i] as Codec<unknown>).decode(reader)
        }
      } catch (error) {
        throw inPart(error, name)
      }
      return values as StructOf<F>
    },
  }
}

/** Throws unless `value` can have fields. */
export function checkObject(value: unknown): void {
  if (typeof value !== "object" || value === null) {
    throw new EncodeError("bad-type", `an object is needed, not ${show(value)}`)
  }
}

/** Throws unless JavaScript keeps these names in their order, and as properties of the object's own. */
export function checkNames(named: object): void {
  if (Object.getPrototypeOf(named) !== Object.prototype || Object.hasOwn(named, "__proto__")) {
    throw new DefinitionError("names are given as a plain object, and none can be __proto__")
  }
  for (const name of Object.keys(named)) {
    if (/^(?:0|[1-9]\d*)$/.test(name)) {
      throw new DefinitionError(`${name} cannot be a name: JavaScript moves numbers to the front`)
    }
  }
}

function sum(codecs: readonly Codec<unknown>[]): number {
  return codecs.reduce((total, codec) => total + codec.minBytes, 0)
}
