/** Other libraries, each set up as its own pages say, with Nagle's algorithm and compression off where they can be. */
import { createRequire } from "node:module"
import net from "node:net"

const require = createRequire(import.meta.url)
const HOST = "127.0.0.1"

const listenOn = async (server) => {
  await new Promise((resolve) => server.once("listening", resolve))
  return server.address()
}

async function dial({ port }) {
  const socket = net.connect(port, HOST)
  socket.setNoDelay(true)
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject))
  return socket
}

async function webSocketServer(address, onConnection) {
  const { WebSocketServer } = await import("ws")
  const server = new WebSocketServer({ ...address, perMessageDeflate: false })
  server.on("connection", (ws) => {
    ws.on("error", () => {})
    onConnection?.(ws)
  })
  return { server, bound: await listenOn(server) }
}

async function webSocket({ port }) {
  const { WebSocket } = await import("ws")
  const ws = new WebSocket(`ws://${HOST}:${port}`, { perMessageDeflate: false })
  await new Promise((resolve, reject) => ws.once("open", resolve).once("error", reject))
  return ws
}

export const vscode = {
  async serve(address) {
    const rpc = require("vscode-jsonrpc/node")
    const server = net.createServer({ noDelay: true }, (socket) => {
      socket.on("error", () => {})
      const connection = rpc.createMessageConnection(
        new rpc.StreamMessageReader(socket),
        new rpc.StreamMessageWriter(socket),
      )
      connection.onRequest("add", (a, b) => a + b)
      connection.onNotification("add", (a, b) => void (a + b))
      connection.onRequest("echo", (value) => value)
      connection.listen()
    })
    server.listen(address)
    return listenOn(server)
  },
  async connect(address) {
    const rpc = require("vscode-jsonrpc/node")
    const socket = await dial(address)
    const connection = rpc.createMessageConnection(
      new rpc.StreamMessageReader(socket),
      new rpc.StreamMessageWriter(socket),
    )
    connection.listen()
    return {
      add: (a, b) => connection.sendRequest("add", a, b),
      echo: (value) => connection.sendRequest("echo", value),
      notify: (a, b) => void connection.sendNotification("add", a, b),
      close: () => socket.destroy(),
    }
  },
}

export const jsonRpc2 = {
  async serve(address) {
    const { JSONRPCServer } = require("json-rpc-2.0")
    const server = new JSONRPCServer()
    server.addMethod("add", ([a, b]) => a + b)
    server.addMethod("echo", ([value]) => value)
    const { bound } = await webSocketServer(address, (ws) =>
      ws.on("message", async (data) => {
        const reply = await server.receive(JSON.parse(data.toString()))
        if (reply !== null) ws.send(JSON.stringify(reply))
      }),
    )
    return bound
  },
  async connect(address) {
    const { JSONRPCClient } = require("json-rpc-2.0")
    const ws = await webSocket(address)
    const client = new JSONRPCClient((request) => ws.send(JSON.stringify(request)))
    ws.on("message", (data) => client.receive(JSON.parse(data.toString())))
    return {
      add: (a, b) => client.request("add", [a, b]),
      echo: (value) => client.request("echo", [value]),
      notify: (a, b) => client.notify("add", [a, b]),
      close: () => ws.terminate(),
    }
  },
}

export const rpcWebSockets = {
  async serve(address) {
    const { Server } = await import("rpc-websockets")
    const server = new Server(address)
    server.register("add", ([a, b]) => a + b)
    server.register("echo", ([value]) => value)
    await new Promise((resolve) => server.on("listening", resolve))
    return server.wss.address()
  },
  async connect({ port }) {
    const { Client } = await import("rpc-websockets")
    const client = new Client(`ws://${HOST}:${port}`, { reconnect: false })
    await new Promise((resolve) => client.on("open", resolve))
    return {
      add: (a, b) => client.call("add", [a, b]),
      echo: (value) => client.call("echo", [value]),
      notify: (a, b) => void client.notify("add", [a, b]),
      close: () => client.close(),
    }
  },
}

export const jayson = {
  async serve(address) {
    const server = require("jayson").server({
      add: ([a, b], done) => done(null, a + b),
      echo: ([value], done) => done(null, value),
    })
    const { server: wss, bound } = await webSocketServer(address)
    server.websocket({ wss })
    return bound
  },
  async connect(address) {
    const ws = await webSocket(address)
    const client = require("jayson").client.websocket({ ws })
    const call = (method, params) =>
      new Promise((resolve, reject) => {
        client.request(method, params, (error, reply) => (error ? reject(error) : resolve(reply.result)))
      })
    return {
      add: (a, b) => call("add", [a, b]),
      echo: (value) => call("echo", [value]),
      close: () => ws.terminate(),
    }
  },
}

const json = { serialize: (value) => JSON.stringify(value), deserialize: (text) => JSON.parse(text) }
const birpcChannel = (ws) => ({ post: (text) => ws.send(text), on: (take) => ws.on("message", take), ...json })

export const birpc = {
  async serve(address) {
    const { createBirpc } = await import("birpc")
    const methods = { add: (a, b) => a + b, echo: (value) => value }
    const { bound } = await webSocketServer(address, (ws) => createBirpc(methods, birpcChannel(ws)))
    return bound
  },
  async connect(address) {
    const { createBirpc } = await import("birpc")
    const ws = await webSocket(address)
    const remote = createBirpc({}, birpcChannel(ws))
    return {
      add: (a, b) => remote.add(a, b),
      echo: (value) => remote.echo(value),
      notify: (a, b) => void remote.add.asEvent(a, b),
      close: () => ws.terminate(),
    }
  },
}

/** capnweb looks for a global WebSocket, which Node 20 does not have. */
async function loadCapnweb() {
  const { WebSocket } = await import("ws")
  globalThis.WebSocket ??= WebSocket
  return import("capnweb")
}

export const capnweb = {
  async serve(address) {
    const { newWebSocketRpcSession, RpcTarget } = await loadCapnweb()
    class Api extends RpcTarget {
      add(a, b) {
        return a + b
      }
      echo(value) {
        return value
      }
    }
    const { bound } = await webSocketServer(address, (ws) => newWebSocketRpcSession(ws, new Api()))
    return bound
  },
  async connect(address) {
    const { newWebSocketRpcSession } = await loadCapnweb()
    const ws = await webSocket(address)
    const stub = newWebSocketRpcSession(ws)
    return { add: (a, b) => stub.add(a, b), echo: (value) => stub.echo(value), close: () => ws.terminate() }
  },
}

export const trpc = {
  async serve(address) {
    const { initTRPC } = await import("@trpc/server")
    const { applyWSSHandler } = await import("@trpc/server/adapters/ws")
    const t = initTRPC.create()
    const router = t.router({
      add: t.procedure.input((value) => value).query(({ input: [a, b] }) => a + b),
      echo: t.procedure.input((value) => value).query(({ input }) => input),
    })
    const { server, bound } = await webSocketServer(address)
    applyWSSHandler({ wss: server, router })
    return bound
  },
  async connect({ port }) {
    const { createTRPCClient, createWSClient, wsLink } = await import("@trpc/client")
    const { WebSocket } = await import("ws")
    const socket = createWSClient({ url: `ws://${HOST}:${port}`, WebSocket })
    const client = createTRPCClient({ links: [wsLink({ client: socket })] })
    return {
      add: (a, b) => client.add.query([a, b]),
      echo: (value) => client.echo.query(value),
      close: () => socket.close(),
    }
  },
}
