import { MemoryStore } from "../memory-store.ts"
import type { Random } from "../random.ts"
import type { Store } from "../store.ts"

/**
 * What is left of a store after the power was cut on a disk that lies: each name is whole, cut off somewhere, full of
 * zeros from somewhere on, or gone, with equal chances.
 */
export async function tornStore(store: Store, random: Random): Promise<MemoryStore> {
  const content: [string, Uint8Array][] = []
  for (const name of await store.list()) {
    const bytes = await store.read(name)
    if (bytes === undefined) continue
    const from = random.integer(bytes.length + 1)
    const fate = random.integer(4)
    if (fate === 0) content.push([name, bytes])
    else if (fate === 1) content.push([name, bytes.subarray(0, from)])
    else if (fate === 2) content.push([name, bytes.fill(0, from)])
  }
  return new MemoryStore(content)
}
