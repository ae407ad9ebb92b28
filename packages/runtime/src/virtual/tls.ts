import { NetworkError, type ByteStream, type TlsOptions, type TlsStream } from "../network.ts"

/** Nothing yet. */
export function upgradeTlsInMemory(_stream: ByteStream, _options: TlsOptions): Promise<TlsStream> {
  return Promise.reject(new NetworkError("unsupported", "TLS in memory is not there yet"))
}
