import type { Address } from "./network.ts"

/** An address as people read it: `127.0.0.1:51054`, `[::1]:51054`, `unix:/run/dchat.sock`. */
export function formatAddress(address: Address): string {
  if (address.kind === "unix") return `unix:${address.path}`
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

const IPV4 = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/

/** The one spelling of an IP address (`0:0:0:0:0:0:0:1` is `::1`), or `undefined` when `text` is not one. */
export function canonicalIp(text: string): string | undefined {
  if (IPV4.test(text)) return text
  if (!text.includes(":") || /[^0-9a-f:.]/i.test(text) || !URL.canParse(`http://[${text}]/`)) return undefined
  return new URL(`http://[${text}]/`).hostname.slice(1, -1)
}

/** Whether a canonical IP address always means the computer that dials it. */
export function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ip === "::1"
}
