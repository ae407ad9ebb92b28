/**
 * One line for each key of a TOML table that nobody knows, with the known one that was most likely meant.
 *
 * @param name What the table is called, such as `[net]`.
 */
export function unknownKeys(table: object, known: readonly string[], name: string): string[] {
  return Object.keys(table)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const nearest = nearestName(key, known)
      const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`
      return `${key} in ${name} is unknown and has no effect${hint}`
    })
}

/**
 * The one of `names` that somebody who wrote `name` most likely meant, or `undefined` when none is near: no more than
 * a third of the letters may be wrong, missing, surplus or swapped.
 */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let least = Infinity
  for (const candidate of names) {
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase())
    const limit = Math.max(name.length, candidate.length) / 3
    if (edits <= limit && edits < least) {
      nearest = candidate
      least = edits
    }
  }
  return nearest
}

/** How many letters must be changed, added, left out or swapped with their neighbour to make `a` of `b`. */
function editDistance(a: string, b: string): number {
  // distances[i][j] is that of the first i letters of `a` and the first j of `b`.
  const distances: number[][] = []
  const at = (i: number, j: number): number => distances[i]?.[j] ?? Infinity
  for (let i = 0; i <= a.length; i++) {
    const row: number[] = []
    distances.push(row)
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) {
        row.push(i + j)
        continue
      }
      const changed = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(Math.min(changed, at(i - 1, j) + 1, at(i, j - 1) + 1, isSwap ? at(i - 2, j - 2) + 1 : Infinity))
    }
  }
  return distances[a.length]?.[b.length] ?? Infinity
}
