/** Whom a TLS client trusts, and what it shows of itself. PEM texts, as everywhere in Node. */
export interface TlsTrust {
  /** Certificates of the authorities to trust, in the place of those that come with Node. */
  ca?: string | readonly string[]
  /** The client's own certificate, when the server asks for one. */
  cert?: string
  /** The key of `cert`. */
  key?: string
  /** The name that the server's certificate must have. Default: the host of the URL. */
  servername?: string
  /** Whether a server that cannot be verified is refused. Default true; false makes TLS worth little. */
  rejectUnauthorized?: boolean
}

/** What a TLS server shows. PEM texts. */
export interface TlsServerIdentity {
  cert: string
  key: string
  /** Authorities whose clients are let in; with it, every client must show a certificate. Default: none. */
  clientCa?: string | readonly string[]
}

/** {@link TlsTrust} in Node's words. */
export function tlsOptions({ ca, ...rest }: TlsTrust) {
  return { ...rest, minVersion: "TLSv1.2" as const, ...(ca === undefined ? {} : { ca: [ca].flat() }) }
}

/** {@link TlsServerIdentity} in Node's words. */
export function tlsServerOptions({ cert, key, clientCa }: TlsServerIdentity) {
  const clients = clientCa === undefined ? {} : { ca: [clientCa].flat(), requestCert: true, rejectUnauthorized: true }
  return { cert, key, minVersion: "TLSv1.2" as const, ...clients }
}
