import { Duplex } from "node:stream"
import type { ByteStream } from "../network.ts"

/** A stream of ours, which must have no reader yet, as one of Node's. It owns the stream. */
export function toDuplex(stream: ByteStream): Duplex {
  const duplex = new Duplex({
    allowHalfOpen: true,
    read: () => stream.resume(),
    write: (chunk: Uint8Array, _encoding, done) => {
      if (stream.write(chunk)) done()
      else stream.drained().then(() => done(), done)
    },
    final: (done) => {
      stream.end()
      done()
    },
    destroy: (error, done) => {
      stream.close().then(() => done(error), done)
    },
  })
  stream.readInto({
    data: (chunk) => {
      if (!duplex.push(chunk)) stream.pause()
    },
    end: () => duplex.push(null),
    close: (error) => duplex.destroy(error),
  })
  return duplex
}
