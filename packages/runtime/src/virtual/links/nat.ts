import type { LinkPolicy } from "../link.ts"

/**
 * Some hosts are behind a router that lets nobody in: they dial, and cannot be dialled. Who tries hears nothing.
 *
 * @param isBehindNat Asked at each attempt to connect, with the name of the host.
 */
export function withNat(below: LinkPolicy, isBehindNat: (host: string) => boolean): LinkPolicy {
  return {
    connect(link, context) {
      const { host } = link.to
      const isOutside = host !== undefined && link.from.host !== host && isBehindNat(host)
      return isOutside ? { kind: "lose" } : below.connect(link, context)
    },
    send: (link, bytes, context) => below.send(link, bytes, context),
  }
}
