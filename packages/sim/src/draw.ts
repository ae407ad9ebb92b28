import type { Random } from "@dchat/runtime"

/** Up to `count` of them, drawn with equal chances, none twice. */
export function drawSome<T>(pool: readonly T[], count: number, random: Random): T[] {
  const left = [...pool]
  const drawn: T[] = []
  while (drawn.length < count && left.length > 0) drawn.push(...left.splice(random.integer(left.length), 1))
  return drawn
}
