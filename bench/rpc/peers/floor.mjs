/**
 * The least that answers `add`: JSON over lines or over WebSocket messages, nothing checked, no limits. What a library
 * costs is measured against these.
 */
import net from "node:net"

const MAX_BYTES = 64 * 1024 * 1024

/** Sends what was given at the end of the turn, and as soon as `every` messages wait. */
function gather(write, every) {
  let out = ""
  let count = 0
  const flush = () => {
    if (count === 0) return
    const text = out
    out = ""
    count = 0
    write(text)
  }
  return (text) => {
    out += text
    count++
    if (count === 1) process.nextTick(flush)
    else if (count >= every) flush()
  }
}

function readLines(socket, onMessage) {
  let tail = ""
  socket.setEncoding("utf8")
  socket.on("data", (chunk) => {
    const text = tail === "" ? chunk : tail + chunk
    let start = 0
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      onMessage(JSON.parse(text.slice(start, end)))
      start = end + 1
    }
    tail = text.slice(start)
  })
}

const methods = { add: ([a, b]) => a + b, echo: ([value]) => value }

function answer(message) {
  if (Array.isArray(message)) return message.map(answer).filter((reply) => reply !== undefined)
  const result = methods[message.method](message.params)
  return message.id === undefined ? undefined : { jsonrpc: "2.0", id: message.id, result }
}

/** The calling half, on anything that sends texts. */
function caller(send, close) {
  const pending = new Map()
  let lastId = 0
  const settle = (message) => {
    const resolve = pending.get(message.id)
    pending.delete(message.id)
    resolve(message.result)
  }
  const call = (method, params) =>
    new Promise((resolve) => {
      const id = ++lastId
      pending.set(id, resolve)
      send(JSON.stringify({ jsonrpc: "2.0", method, params, id }))
    })
  return {
    onMessage: (message) => (Array.isArray(message) ? message.forEach(settle) : settle(message)),
    api: {
      add: (a, b) => call("add", [a, b]),
      echo: (value) => call("echo", [value]),
      notify: (a, b) => send(JSON.stringify({ jsonrpc: "2.0", method: "add", params: [a, b] })),
      batch(size) {
        const requests = []
        const answers = []
        for (let i = 0; i < size; i++) {
          const id = ++lastId
          requests.push({ jsonrpc: "2.0", method: "add", params: [i, 1], id })
          answers.push(new Promise((resolve) => pending.set(id, resolve)))
        }
        send(JSON.stringify(requests))
        return Promise.all(answers)
      },
      close,
    },
  }
}

/** @param every How many messages leave together at most within a turn. */
export function lineFloor(every) {
  return {
    async serve(address) {
      const server = net.createServer({ noDelay: true }, (socket) => {
        socket.on("error", () => {})
        const send = gather((text) => socket.write(text), every)
        readLines(socket, (message) => {
          const reply = answer(message)
          if (reply !== undefined) send(`${JSON.stringify(reply)}\n`)
        })
      })
      await new Promise((resolve) => server.listen(address, resolve))
      return server.address()
    },
    async connect(address) {
      const socket = net.connect(typeof address === "string" ? { path: address } : address)
      socket.setNoDelay(true)
      await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject))
      const send = gather((text) => socket.write(text), every)
      const { onMessage, api } = caller(
        (text) => send(`${text}\n`),
        () => socket.destroy(),
      )
      readLines(socket, onMessage)
      return api
    },
  }
}

/** One WebSocket message for each JSON text. The socket is corked, so that many of them leave with one write. */
export function webSocketFloor(every) {
  const load = () => import("ws")
  const corked = (ws) => {
    const socket = ws._socket
    let count = 0
    const flush = () => {
      if (count === 0) return
      count = 0
      socket.uncork()
    }
    return (text) => {
      if (count === 0) {
        socket.cork()
        process.nextTick(flush)
      }
      ws.send(text)
      if (++count >= every) flush()
    }
  }
  return {
    async serve(address) {
      const { WebSocketServer } = await load()
      const server = new WebSocketServer({ ...address, perMessageDeflate: false, maxPayload: MAX_BYTES })
      server.on("connection", (ws) => {
        ws.on("error", () => {})
        const send = corked(ws)
        ws.on("message", (data) => {
          const reply = answer(JSON.parse(data.toString()))
          if (reply !== undefined) send(JSON.stringify(reply))
        })
      })
      await new Promise((resolve) => server.once("listening", resolve))
      return server.address()
    },
    async connect({ port }) {
      const { WebSocket } = await load()
      const ws = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false, maxPayload: MAX_BYTES })
      await new Promise((resolve, reject) => ws.once("open", resolve).once("error", reject))
      const { onMessage, api } = caller(corked(ws), () => ws.terminate())
      ws.on("message", (data) => onMessage(JSON.parse(data.toString())))
      return api
    },
  }
}
