import type { Address } from "@dchat/runtime"
import type { ParsedUrl } from "@dchat/wire"
import { ConnectError } from "./error.ts"
import { percentDecoded } from "./percent.ts"
import { PlainTransport } from "./plain.ts"

/** Packets on a unix socket: `unix:///absolute/path` (darkfi-net 9.7). A file that a crashed node left is replaced. */
export class UnixTransport extends PlainTransport {
  readonly schemes = ["unix"]

  /** The file has an absolute path, and neither host nor port (darkfi-net 9.1). */
  protected socketOf({ href, host, port, path }: ParsedUrl): Address {
    const file = percentDecoded(path)
    if (host !== "" || port !== undefined || !/^\/./.test(file))
      throw new ConnectError(
        "bad-address",
        `cannot use ${href}`,
        "it needs an absolute path, and neither host nor port",
      )
    return { kind: "unix", path: file }
  }
}
