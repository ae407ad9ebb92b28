/** What `await using` does, for Node 20, which has it in TypeScript only. */
export function disposal() {
  const ends = []
  return {
    /** Takes a resource, or something and how it is ended. */
    add(resource, end = () => resource[Symbol.asyncDispose]()) {
      ends.push(end)
      return resource
    },
    /** Ends all of it, the last first. */
    async end() {
      for (const end of ends.splice(0).toReversed()) await end()
    },
  }
}
