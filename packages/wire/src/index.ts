export type { Codec, TypeOf } from "./codec.ts"
export { decode, encode } from "./codec.ts"
export { convert } from "./convert.ts"
export type { OrderOptions, Scalar } from "./collections.ts"
export { map, set } from "./collections.ts"
export type { StructOf, TupleOf } from "./struct.ts"
export { struct, tuple } from "./struct.ts"
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
export { lazy } from "./lazy.ts"
export { array, vec } from "./list.ts"
export { option } from "./option.ts"
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
export { sized } from "./sized.ts"
export type { SemVer } from "./semver.ts"
export { formatSemVer, parseSemVer, semver } from "./semver.ts"
export type { ParsedUrl } from "./url.ts"
export { canonicalUrl, parseUrl, url } from "./url.ts"
export { Writer } from "./writer.ts"
