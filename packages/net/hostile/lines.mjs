// Connections of hostile clients, on real sockets and on any network of the runtime.
import { connect, createServer } from "node:net"

/** @typedef {import("./assault.mjs").Line} Line */

/** Hears what comes in on a line, and whether it is closed. */
function makeEar() {
  let heard = 0
  let isClosed = false
  let tellClosed = () => {}
  /** @type {Promise<void>} */
  const closed = new Promise((resolve) => (tellClosed = resolve))
  return {
    data: (/** @type {Uint8Array} */ chunk) => void (heard += chunk.length),
    close: () => {
      isClosed = true
      tellClosed()
    },
    line: { heard: () => heard, closed, isClosed: () => isClosed },
  }
}

/** A line on a stream of the runtime. @param {import("@dchat/runtime").ByteStream} stream @returns {Line} */
export function streamLine(stream) {
  const { data, close, line } = makeEar()
  stream.readInto({ data, end: close, close })
  const hangUp = () => void stream.close()
  return {
    ...line,
    say: (bytes) => void stream.write(bytes),
    stopReading: () => stream.pause(),
    readAgain: () => stream.resume(),
    hangUp,
    reset: hangUp,
  }
}

/** A line on a socket of Node's, which can be reset. @param {import("node:net").Socket} socket @returns {Line} */
export function socketLine(socket) {
  const { data, close, line } = makeEar()
  socket.on("data", data)
  socket.on("end", close)
  socket.on("close", close)
  // Its close tells.
  socket.on("error", () => {})
  return {
    ...line,
    say: (bytes) => void (socket.writable && socket.write(bytes)),
    stopReading: () => void socket.pause(),
    readAgain: () => void socket.resume(),
    hangUp: () => void socket.destroy(),
    reset: () => void socket.resetAndDestroy(),
  }
}

/** @param {string} from @param {number} port @returns {Promise<Line>} */
export function dialSocket(from, port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, localAddress: from, allowHalfOpen: true, noDelay: true })
    socket.once("connect", () => resolve(socketLine(socket)))
    socket.once("error", reject)
  })
}

/** @param {string} at @param {(line: Line) => void} onLine @returns {Promise<string>} */
export function listenOnSocket(at, onLine) {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, (socket) => onLine(socketLine(socket)))
    server.once("error", reject)
    server.listen(0, at, () => {
      const bound = server.address()
      if (bound !== null && typeof bound === "object") resolve(`tcp://${at}:${bound.port}/`)
    })
  })
}
