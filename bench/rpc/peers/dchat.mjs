/**
 * Ours: the typed client and the validating server of one contract, as a user writes them.
 *
 * @param build Where a build is found: `@dchat/jsonrpc/node`, or the path of another one to compare it with.
 */
export function dchat(scheme, build = "@dchat/jsonrpc/node") {
  const load = async () => {
    const lib = await import(build)
    const { contract, method, number, string } = lib
    const api = contract({
      add: method({
        params: [
          ["a", number],
          ["b", number],
        ],
        result: number,
      }),
      echo: method({ params: [["value", string]], result: string }),
    })
    return { ...lib, api }
  }
  const urlOf = (address) =>
    typeof address === "string" ? `unix://${address}` : `${scheme}://127.0.0.1:${address.port}`
  return {
    async serve(address) {
      const { serve, router, api } = await load()
      const handler = router(api, { add: ([a, b]) => a + b, echo: ([value]) => value })
      const server = await serve(handler, { listen: [urlOf(address)] })
      return typeof address === "string" ? address : { port: Number(new URL(server.addresses[0]).port) }
    },
    async connect(address) {
      const { connect, api } = await load()
      const client = await connect(urlOf(address), api)
      return {
        add: client.add,
        echo: client.echo,
        notify: (a, b) => void client.$notify("add", [a, b]),
        async batch(size) {
          const outcomes = await client.$batch((calls) => Array.from({ length: size }, (_, i) => calls.add(i, 1)))
          return outcomes.map(({ value }) => value)
        },
        close: () => client.close(),
      }
    },
  }
}
