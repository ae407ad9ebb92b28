// Connections of hostile clients, on real sockets and on any network of the runtime.
import { connect, createServer } from "node:net"

/** @typedef {import("./assault.mjs").Line} Line */

/** A line on a stream of the runtime. @param {import("@dchat/runtime").ByteStream} stream @returns {Line} */
export function streamLine(stream) {
  let heard = 0
  let isClosed = false
  /** @type {Promise<void>} */
  const closed = new Promise((resolve) => {
    const close = () => {
      isClosed = true
      resolve()
    }
    stream.readInto({ data: (chunk) => (heard += chunk.length), end: close, close })
  })
  const hangUp = () => void stream.close()
  return {
    say: (bytes) => void stream.write(bytes),
    heard: () => heard,
    stopReading: () => stream.pause(),
    readAgain: () => stream.resume(),
    hangUp,
    reset: hangUp,
    closed,
    isClosed: () => isClosed,
  }
}

/** A line on a socket of Node's, which can be reset. @param {import("node:net").Socket} socket @returns {Line} */
export function socketLine(socket) {
  let heard = 0
  let isClosed = false
  /** @type {Promise<void>} */
  const closed = new Promise((resolve) => {
    const close = () => {
      isClosed = true
      resolve()
    }
    socket.on("data", (chunk) => (heard += chunk.length))
    socket.on("end", close)
    socket.on("close", close)
  })
  // Its close tells.
  socket.on("error", () => {})
  return {
    say: (bytes) => void (socket.writable && socket.write(bytes)),
    heard: () => heard,
    stopReading: () => void socket.pause(),
    readAgain: () => void socket.resume(),
    hangUp: () => void socket.destroy(),
    reset: () => void socket.resetAndDestroy(),
    closed,
    isClosed: () => isClosed,
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
