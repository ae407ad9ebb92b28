export { convert, lazy, sized } from "./adapters.ts"
export type { Codec, TypeOf } from "./codec.ts"
export { decode, encode } from "./codec.ts"
export type { OrderOptions, Scalar } from "./collections.ts"
export { map, set } from "./collections.ts"
export type { StructOf, TupleOf } from "./composites.ts"
export { array, option, struct, tuple, vec } from "./composites.ts"
export type { EnumerationOf, Tagged, Variants } from "./enumeration.ts"
export { enumeration, tagged } from "./enumeration.ts"
export type { DecodeErrorCode, EncodeErrorCode, FormatErrorCode } from "./errors.ts"
export {
  DecodeError,
  DefinitionError,
  EncodeError,
  FormatError,
  MAX_DEPTH,
  MAX_EMPTY_ELEMENTS,
  WireError,
} from "./errors.ts"
export { hex } from "./hex.ts"
export {
  blob,
  bool,
  bytes,
  f32,
  f64,
  i8,
  i16,
  i32,
  i64,
  i128,
  string,
  u8,
  u16,
  u32,
  u64,
  u128,
  unit,
  usize,
  varint,
} from "./primitives.ts"
export { Reader } from "./reader.ts"
export type { SemVer } from "./semver.ts"
export { formatSemVer, parseSemVer, semver } from "./semver.ts"
export type { ParsedUrl } from "./url.ts"
export { canonicalUrl, parseUrl, url } from "./url.ts"
export { varintSize, Writer } from "./writer.ts"
