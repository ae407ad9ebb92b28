import type { Address } from "@dchat/runtime"
import type { ParsedUrl } from "@dchat/wire"
import { ConnectError } from "./error.ts"
import { PlainTransport } from "./plain.ts"

/** Packets straight on TCP (darkfi-net 9.2). */
export class TcpTransport extends PlainTransport {
  readonly schemes = ["tcp"]

  /** Both host and port must be there (darkfi-net 9.1). */
  protected socketOf({ href, host, port }: ParsedUrl): Address {
    if (host === "" || port === undefined)
      throw new ConnectError("bad-address", `cannot use ${href}`, "it needs a host and a port")
    return { kind: "tcp", host, port }
  }
}
