import { MAX_TIMER_MS } from "@dchat/runtime"
import { FormatError, parseUrl } from "@dchat/wire"
import { type Place, wrongValue } from "./error.ts"
import type { BlacklistEntry } from "./settings.ts"

/** What kind of value a setting has: how it is checked, and how it is said. */
export interface Kind<T> {
  /** What is allowed, in words: "a whole number from 0 to 100". */
  readonly allowed: string
  /** The program's value for one of the file (parsed TOML). Throws a {@link SettingsError} if it is not allowed. */
  read(value: unknown, place: Place): T
}

/** A kind that can be given on the command line. */
export interface FlagKind<T> extends Kind<T> {
  /** What stands for the value in the help: `<url>`, `<url...>` if there may be several, empty if the flag says it all. */
  readonly argument: string
  /** The program's value for an argument. `before` is what earlier arguments of the same flag made. */
  readArgument(argument: string, before: T | undefined, place: Place): T
}

function single<T>(
  argument: string,
  allowed: string,
  accept: (value: unknown) => T | undefined,
  parse: (argument: string) => unknown = (argument) => argument,
): FlagKind<T> {
  const read = (value: unknown, place: Place): T => {
    const accepted = accept(value)
    if (accepted === undefined) throw wrongValue(place, value, allowed)
    return accepted
  }
  return { argument, allowed, read, readArgument: (argument, _, place) => read(parse(argument), place) }
}

/** Any text. */
export const text: FlagKind<string> = single("<text>", "a text", (value) =>
  typeof value === "string" ? value : undefined,
)

/** A path of the file system. */
export const path: FlagKind<string> = single("<path>", "a path", (value) =>
  typeof value === "string" && value !== "" && !value.includes("\0") ? value : undefined,
)

/** True or false; on the command line the flag alone says true. */
export const yesOrNo: FlagKind<boolean> = single(
  "",
  "true or false",
  (value) => (typeof value === "boolean" ? value : undefined),
  () => true,
)

/** A whole number in a range, both ends included. */
export function whole(least: number, most: number): FlagKind<number> {
  return single(
    "<n>",
    `a whole number from ${least} to ${most}`,
    (value) => (isNumber(value) && Number.isInteger(value) && value >= least && value <= most ? value : undefined),
    (argument) => (/^\d{1,15}$/.test(argument) ? Number(argument) : argument),
  )
}

const MOST_SECONDS = Math.floor(MAX_TIMER_MS / 1000)

/** A duration. Not 0: what repeats would never pause, and what waits would never wait. */
export const seconds: Kind<number> = single(
  "<seconds>",
  `a number of seconds above 0, at most ${MOST_SECONDS}`,
  (value) => (isNumber(value) && value > 0 && value <= MOST_SECONDS ? value : undefined),
)

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[]): FlagKind<T> {
  return single("<name>", `one of ${words.join(", ")}`, (value) => words.find((word) => word === value))
}

/** Values that `accept` gives back, perhaps in another form; it gives `undefined` for what is not allowed. */
export function textThat(argument: string, allowed: string, accept: (text: string) => string | undefined) {
  return single(argument, allowed, (value) => (typeof value === "string" ? accept(value) : undefined))
}

/** Several values of one kind. Equal ones are kept once. */
export function list<T>(element: FlagKind<T>): FlagKind<readonly T[]> {
  const allowed = `a list, each element ${element.allowed}`
  return {
    argument: element.argument.replace(">", "...>"),
    allowed,
    read(value, place) {
      if (!Array.isArray(value)) throw wrongValue(place, value, allowed)
      return unique(value.map((one: unknown, i) => element.read(one, within(place, i))))
    },
    readArgument: (argument, before = [], place) =>
      unique([...before, element.readArgument(argument, undefined, place)]),
  }
}

const byte = whole(0, 255)

/** Four bytes. */
export const magic: Kind<Uint8Array> = {
  allowed: "a list of 4 whole numbers from 0 to 255",
  read(value, place) {
    if (!Array.isArray(value) || value.length !== 4) throw wrongValue(place, value, this.allowed)
    return Uint8Array.from(value, (one: unknown, i) => byte.read(one, within(place, i)))
  },
}

const host = textThat("<host>", "the name or the address of a host", (text) =>
  /^[^\s/@]+$/.test(text) ? hostAlone(text.replace(/^\[(.*)\]$/, "$1")) : undefined,
)
const ports = list(whole(1, 65535))

/** Hosts to refuse (darkfi-net 7.11). The lists of schemes and ports may be left out or empty. */
export function blacklist(schemes: FlagKind<readonly string[]>): Kind<readonly BlacklistEntry[]> {
  const allowedEntry = '["host", ["scheme", ...], [port, ...]]'
  const allowed = `a list, each element ${allowedEntry}`
  return {
    allowed,
    read(value, place) {
      if (!Array.isArray(value)) throw wrongValue(place, value, allowed)
      return value.map((entry: unknown, i) => {
        const at = within(place, i)
        if (!Array.isArray(entry) || entry.length > 3) throw wrongValue(at, entry, allowedEntry)
        return {
          host: host.read(entry[0], within(at, 0)),
          schemes: schemes.read(entry[1] ?? [], within(at, 1)),
          ports: ports.read(entry[2] ?? [], within(at, 2)),
        }
      })
    },
  }
}

/** The canonical form of a host, IPv6 without brackets; undefined if a URL has no such host, or has more than that. */
export function hostAlone(text: string): string | undefined {
  const [before, behind] = text.includes(":") ? ["tcp://[", "]"] : ["tcp://", ""]
  try {
    const { href, host } = parseUrl(`${before}${text}${behind}`)
    return href === `${before}${host}${behind}/` ? host : undefined
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

function within(place: Place, index: number): Place {
  return { ...place, key: `${place.key}[${index}]` }
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}

function isNumber(value: unknown): value is number {
  return typeof value === "number"
}
