import { formatSemVer, type SemVer } from "@dchat/wire"

/** The fields of a message as the recordings and the worked examples name and show them. */
export function inRecordedWords(value: unknown): Record<string, unknown> {
  const fields = Object.entries(value as Readonly<Record<string, unknown>>).map(([name, field]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    name.toLowerCase().endsWith("version") ? formatSemVer(field as SemVer) : (field ?? null),
  ])
  const json = JSON.stringify(Object.fromEntries(fields), (_key, field: unknown) =>
    typeof field === "bigint" ? Number(field) : field,
  )
  return JSON.parse(json) as Record<string, unknown>
}

/** The bytes that hexadecimal digits stand for. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (byte) => Number.parseInt(byte, 16))
}
