import { NetworkError, type Address, type NetworkErrorCode } from "./network.ts"

/** What each failure means, and what to do. `it` is "port" or "path". */
const ADVICE: Record<NetworkErrorCode, (it: "port" | "path") => string> = {
  refused: (it) => `nothing listens there; start the other side, or check the ${it}`,
  unreachable: () => "no way leads there; check the address and this computer's network",
  "timed-out": () => "the other side does not answer; check that it is up and that no firewall is between",
  reset: () => "the other side broke the connection",
  closed: () => "the connection is closed",
  "address-in-use": (it) => `the ${it} is in use; stop the other program or choose another ${it}`,
  "address-not-available": () => "this computer does not have that address; choose one that it has",
  "no-permission": (it) =>
    it === "port"
      ? "this user may not; choose a port above 1023, or check the firewall"
      : "this user may not; choose a path in a directory that is there and is yours",
  "no-resources": () =>
    "this computer has no room for it, its files or its memory are used up; raise its limits, or close something",
  "not-found": () => "there is no host of that name; check the spelling and the name server",
  tls: () => "the TLS handshake failed",
  unsupported: () => "this computer cannot do that",
  failed: () => "it failed",
}

/** A network error whose text says what was tried (`doing`, such as "cannot connect to 10.0.0.1:80"), what was wrong and what to do. */
export function networkFailure(
  code: NetworkErrorCode,
  doing: string,
  kind: Address["kind"] = "tcp",
  options?: ErrorOptions,
): NetworkError {
  return new NetworkError(code, `${doing}: ${ADVICE[code](kind === "tcp" ? "port" : "path")}`, options)
}
