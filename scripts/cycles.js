import { resolveImport } from "./imports.js"

/** @import { SourceFile } from "./imports.js" */

/**
 * Circles of imports among the files of a package, types included: two files that need each other are one idea.
 *
 * @param {readonly SourceFile[]} files
 * @returns {{ file: string, line: number, circle: string[] }[]} The import that closes each circle, and the way round.
 */
export function findCycles(files) {
  const byPath = new Map(files.map((file) => [file.path, file]))
  /** @type {ReturnType<typeof findCycles>} */
  const cycles = []
  /** @type {Set<string>} */
  const done = new Set()

  /** @param {SourceFile} file @param {readonly string[]} trail */
  const visit = (file, trail) => {
    if (done.has(file.path)) return
    const way = [...trail, file.path]
    for (const { specifier, line } of file.imports) {
      const next = specifier?.startsWith(".") ? byPath.get(resolveImport(file.path, specifier)) : undefined
      if (next === undefined) continue
      const start = way.indexOf(next.path)
      if (start === -1) visit(next, way)
      else cycles.push({ file: file.path, line, circle: [...way.slice(start), next.path] })
    }
    done.add(file.path)
  }
  for (const file of files) visit(file, [])
  return cycles
}
