/** Something that is wrong with a value, and where in it. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What checking a value gives. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[]; readonly value?: undefined }

/**
 * A schema by the Standard Schema specification, version 1: those of zod, valibot, arktype and others are, and so are the
 * small ones of this package.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
    /** Standard JSON Schema, where a schema has it. May throw for what JSON Schema cannot say. */
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: "draft-07" }) => Record<string, unknown>
      readonly output: (options: { readonly target: "draft-07" }) => Record<string, unknown>
    }
  }
}

/** A JSON Schema, as a plain value. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** What goes into a schema: what the sender has. */
export type InputOf<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["input"]

/** What comes out of a schema: what the receiver gets. */
export type OutputOf<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["output"]
