/** Where a stream begins or ends: a TCP socket, or a unix socket's path. */
export type Address =
  | {
      readonly kind: "tcp"
      /** A name, an IPv4 address, or an IPv6 address without brackets. */
      readonly host: string
      /** 0 to 65535. 0 asks a listener for any free port. */
      readonly port: number
    }
  | {
      readonly kind: "unix"
      /** An absolute path. */
      readonly path: string
    }

/** What went wrong on the network. */
export type NetworkErrorCode =
  | "refused"
  | "unreachable"
  | "timed-out"
  | "reset"
  | "closed"
  | "address-in-use"
  | "address-not-available"
  | "no-permission"
  | "no-resources"
  | "not-found"
  | "tls"
  | "unsupported"
  | "failed"

/** A connect, a listen, a look-up or a stream failed. `cause` is the platform's error. */
export class NetworkError extends Error {
  override readonly name = "NetworkError"
  readonly code: NetworkErrorCode

  constructor(code: NetworkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What a stream tells its reader. Called synchronously, in the order data*, end?, close. */
export interface StreamReader {
  /** Bytes came in. They belong to the reader. Not called while the stream is paused, nor with an empty array. */
  data(chunk: Uint8Array): void
  /** The other side will send nothing more; this side still can. */
  end(): void
  /** The stream is gone, in both directions. `error` says why, when it was not a close in good order. Called once. */
  close(error: NetworkError | undefined): void
}

/**
 * A connection that carries bytes both ways, in order.
 *
 * Bytes are pushed to one reader rather than awaited one by one: a promise for each chunk would be felt where chunks are small.
 * Writes are gathered: one call of `write` is not one packet. What waits is sent at the end of the turn, or at once
 * when `flush` is called or when enough bytes wait ({@link StreamOptions.flushBytes}).
 */
export interface ByteStream {
  readonly localAddress: Address
  readonly remoteAddress: Address
  /**
   * Says who reads. To be called once; a second call throws. Until then the stream is paused and nothing is lost. When
   * the stream has closed before, `close` is called at the end of the turn.
   */
  readInto(reader: StreamReader): void
  /** Stops calling `data` until `resume`. The other side is slowed down by the network's own back-pressure. */
  pause(): void
  resume(): void
  /**
   * Takes bytes to be sent. They must not change afterwards. Never throws: bytes for a stream that is closed or ended
   * are dropped, and `close` of the reader tells.
   *
   * @returns `false` when more than {@link StreamOptions.highWaterMark} bytes wait: the sender should wait for `drained`.
   */
  write(bytes: Uint8Array): boolean
  /** Sends what waits now, not at the end of the turn. */
  flush(): void
  /** Bytes taken by `write` and not yet by the operating system. */
  readonly bufferedBytes: number
  /** Resolves when no more than the high-water mark waits, or when the stream has closed. Rejects with the signal's reason. */
  drained(options?: { signal?: AbortSignal }): Promise<void>
  /** Sends what waits, then tells the other side that nothing more comes. Reading goes on. */
  end(): void
  /** Closes both directions now; what waits is dropped. Returns when the socket is closed. Safe to call again. */
  close(): Promise<void>
  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
  /** Resolves when the stream is gone, with the error if it was not a close in good order. Never rejects. */
  readonly closed: Promise<NetworkError | undefined>
  /** Calls of the operating system's write so far. A figure for tests and for `bench/`. */
  readonly writeCalls: number
}

/** How a stream gathers its writes. */
export interface StreamOptions {
  /** Sends at once when this many bytes wait within a turn. Default 16 KiB. */
  flushBytes?: number
  /** `write` returns false above this many waiting bytes. Default 64 KiB. */
  highWaterMark?: number
}

/** Options of {@link Network.connect}. */
export interface ConnectOptions extends StreamOptions {
  /** Ends the attempt. */
  signal?: AbortSignal
  /** The IP address to dial from. Default: the system chooses. */
  localHost?: string
}

/** Options of {@link Network.listen}. */
export interface ListenOptions extends StreamOptions {
  /** Ends the attempt. What listens already is closed by {@link Listener.close}. */
  signal?: AbortSignal
  /**
   * Connections that the operating system keeps for us before they are accepted, and streams that wait for somebody to ask
   * for them. Default: 4096 and 1024.
   */
  backlog?: number
  /** Whether `::` leaves IPv4 to others, so that `0.0.0.0` can be listened on at the same port. Default: it takes IPv4 too. */
  ipv6Only?: boolean
}

/**
 * An open port. Iterate over it to accept.
 *
 * Streams that nobody has asked for wait, at most `backlog` of them; one more is closed at once and counted in `refused`.
 */
export interface Listener extends AsyncIterable<ByteStream> {
  /** Where it really listens: the port is the one that was found when 0 was asked for. */
  readonly address: Address
  /** Streams closed because nobody accepted them in time. */
  readonly refused: number
  /** Stops listening; the iteration ends; streams that wait to be accepted are closed. Accepted ones live on. Safe to call again. */
  close(): Promise<void>
  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** A certificate and its key, both DER. */
export interface TlsIdentity {
  /** X.509 certificate. */
  readonly certificate: Uint8Array
  /** PKCS#8 private key. */
  readonly privateKey: Uint8Array
}

/**
 * What one side of a TLS handshake offers to speak, best first, by the names that OpenSSL has for it. Make one and keep it:
 * what is made of it is kept with it.
 */
export interface TlsOffer {
  /** Signatures that the other side may prove its certificate with, such as `ed25519`. */
  readonly signatureAlgorithms: readonly string[]
  /** Groups for the exchange of keys, such as `X25519`. */
  readonly groups: readonly string[]
  /** Cipher suites of TLS 1.3, such as `TLS_AES_256_GCM_SHA384`. */
  readonly cipherSuites: readonly string[]
}

/** Options of {@link Network.upgradeTls}. TLS 1.3 only. */
export interface TlsOptions extends StreamOptions {
  readonly role: "client" | "server"
  /** What this side shows. A server must have one. */
  readonly identity?: TlsIdentity
  /** Default: what the platform offers. In a virtual network, which computes nothing, it says nothing. */
  readonly offer?: TlsOffer
  /** The name that a client asks for. */
  readonly serverName?: string
  /** Whether a server asks the client for a certificate. Default false. */
  readonly requestCertificate?: boolean
  /** Ends the handshake. */
  readonly signal?: AbortSignal
}

/** A stream after a TLS handshake. */
export interface TlsStream extends ByteStream {
  /**
   * The certificate that the other side showed (DER), whose key it has proven to hold. No chain, name or date was
   * checked: that is the caller's to do, before it trusts a byte. To be read while the stream is open.
   */
  readonly peerCertificate: Uint8Array | undefined
}

/** Connections to elsewhere. */
export interface Network {
  /** Opens a connection. Nagle's algorithm is off. Rejects with a {@link NetworkError}, or with the signal's reason. */
  connect(address: Address, options?: ConnectOptions): Promise<ByteStream>
  /**
   * Opens a port. Rejects with a {@link NetworkError}, for example `address-in-use`. A unix socket's file that nobody
   * listens on any more is replaced; a file of any other kind is left alone.
   */
  listen(address: Address, options?: ListenOptions): Promise<Listener>
  /** The IP addresses of a host name, best first, at least one. An IP address gives itself. Rejects with `not-found`. */
  resolve(host: string, options?: { signal?: AbortSignal }): Promise<readonly string[]>
  /**
   * Makes an open stream, which must have no reader yet, a TLS stream. It may be any stream: one of this network's, or
   * one that was handed back by a {@link StreamPrelude}. The old stream belongs to the new one. Rejects with `tls` or the
   * signal's reason, and closes the old stream. A peer that says nothing is waited for until the signal ends it.
   */
  upgradeTls(stream: ByteStream, options: TlsOptions): Promise<TlsStream>
}
