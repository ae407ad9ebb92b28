import type { Codec, TypeOf } from "./codec.ts"
import { checkNames, checkObject } from "./struct.ts"
import { DefinitionError, EncodeError, inPart } from "./errors.ts"
import { show } from "./show.ts"

/** A variant with a tag of its own choosing. Made by {@link tagged}. */
export interface Tagged<T> {
  readonly tag: number
  readonly codec: Codec<T>
}

/** What {@link enumeration} takes: for each kind a codec, or a codec with its tag. */
export type Variants = Readonly<Record<string, Codec<unknown> | Tagged<unknown>>>

type VariantType<V> = V extends Tagged<infer T> ? T : TypeOf<V>

/** The type that {@link enumeration} makes of its variants: told apart by `kind`, with a `value` unless it is a unit. */
export type EnumerationOf<V extends Variants> = {
  [K in keyof V & string]: [VariantType<V[K]>] extends [undefined] ? { kind: K } : { kind: K; value: VariantType<V[K]> }
}[keyof V & string]

/** The variant of {@link enumeration} whose tag is `tag`, 0 to 255. The tags of those after it count on from there. */
export function tagged<T>(tag: number, codec: Codec<T>): Tagged<T> {
  return { tag, codec }
}

/**
 * One of several variants: a tag of one byte, then the variant. Tags count from 0 in the order given; {@link tagged} sets
 * one. Values are `{ kind, value }`, or `{ kind }` for a variant that is a `unit`.
 */
export function enumeration<const V extends Variants>(variants: V): Codec<EnumerationOf<V>> {
  checkNames(variants)
  const byKind = new Map<string, { kind: string; tag: number; codec: Codec<unknown> }>()
  const byTag: ({ kind: string; codec: Codec<unknown> } | undefined)[] = []
  let next = 0
  for (const [kind, variant] of Object.entries(variants)) {
    const { tag, codec } = "codec" in variant ? variant : { tag: next, codec: variant }
    if (!Number.isInteger(tag) || tag < 0 || tag > 255)
      throw new DefinitionError(`${kind}: ${tag} is not a tag of one byte`)
    if (byTag[tag] !== undefined) throw new DefinitionError(`${kind} and ${byTag[tag].kind} have the same tag, ${tag}`)
    byKind.set(kind, { kind, tag, codec })
    byTag[tag] = { kind, codec }
    next = tag + 1
  }
  if (byKind.size === 0) throw new DefinitionError("an enumeration needs a variant")
  return {
    minBytes: 1 + Math.min(...[...byKind.values()].map(({ codec }) => codec.minBytes)),
    encode(writer, value) {
      checkObject(value)
      const variant = byKind.get(value.kind)
      if (variant === undefined) throw new EncodeError("bad-tag", `there is no variant ${show(value.kind)}`)
      writer.u8(variant.tag)
      try {
        variant.codec.encode(writer, "value" in value ? value.value : undefined)
      } catch (error) {
        throw inPart(error, variant.kind)
      }
    },
    decode(reader) {
      const at = reader.offset
      const tag = reader.u8()
      const variant = byTag[tag]
      if (variant === undefined) throw reader.error("bad-tag", `no variant has the tag ${tag}`, at)
      const { kind, codec } = variant
      try {
        const value = codec.decode(reader)
        return (value === undefined ? { kind } : { kind, value }) as EnumerationOf<V>
      } catch (error) {
        throw inPart(error, kind)
      }
    },
  }
}
