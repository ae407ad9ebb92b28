import type { Codec } from "./codec.ts"
import { FormatError } from "./errors.ts"
import { struct } from "./struct.ts"
import { convert } from "./convert.ts"
import { string, u64 } from "./primitives.ts"
import { show } from "./show.ts"

/** A version (darkfi-net 1.5). */
export interface SemVer {
  /** 0 to 2^64 - 1, as are the next two. */
  major: bigint
  minor: bigint
  patch: bigint
  /** What follows the `-`, such as `rc.1`. Empty when there is none. */
  pre: string
  /** What follows the `+`, such as `2026.11`. Empty when there is none. */
  build: string
}

const MAX_U64 = 0xffff_ffff_ffff_ffffn
const NUMBER = /^(?:0|[1-9]\d{0,19})$/
const PRE = /^(?:(?:0|[1-9]\d*|\d*[a-z-][\da-z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-z-][\da-z-]*))*)?$/i
const BUILD = /^(?:[\da-z-]+(?:\.[\da-z-]+)*)?$/i

/** Reads text such as `0.4.1` or `1.0.0-rc.1+build.5`. Throws a {@link FormatError} with the code `bad-semver`. */
export function parseSemVer(text: string): SemVer {
  const [, major, minor, patch, pre, build] = /^(\d+)\.(\d+)\.(\d+)(?:-([^+]+))?(?:\+(.+))?$/.exec(text) ?? []
  return {
    major: parseNumber(text, major),
    minor: parseNumber(text, minor),
    patch: parseNumber(text, patch),
    pre: checkPre(pre ?? ""),
    build: checkBuild(build ?? ""),
  }
}

/** A version as text. Throws a {@link FormatError} with the code `bad-semver` when `pre` or `build` is not well formed. */
export function formatSemVer(version: SemVer): string {
  const pre = checkPre(version.pre)
  const build = checkBuild(version.build)
  const numbers = `${version.major}.${version.minor}.${version.patch}`
  return `${numbers}${pre === "" ? "" : `-${pre}`}${build === "" ? "" : `+${build}`}`
}

/** A version: three u64 and two strings. The strings are checked when they are written and when they are read. */
export const semver: Codec<SemVer> = struct({
  major: u64,
  minor: u64,
  patch: u64,
  pre: convert(string, checkPre, checkPre),
  build: convert(string, checkBuild, checkBuild),
})

function parseNumber(text: string, digits: string | undefined): bigint {
  const number = digits !== undefined && NUMBER.test(digits) ? BigInt(digits) : undefined
  if (number === undefined || number > MAX_U64) {
    throw new FormatError("bad-semver", `not a version such as 1.2.3: ${show(text)}`)
  }
  return number
}

function checkPre(pre: string): string {
  if (!PRE.test(pre)) throw new FormatError("bad-semver", `not a pre-release of a version: ${show(pre)}`)
  return pre
}

function checkBuild(build: string): string {
  if (!BUILD.test(build)) throw new FormatError("bad-semver", `not the build of a version: ${show(build)}`)
  return build
}
