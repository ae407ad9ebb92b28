import { createPublicClient, http, webSocket } from "viem"
import { JsonRpcProvider, WebSocketProvider } from "ethers"
import { contract, method, literal, router, serve, string, subscription, unknown, error } from "@dchat/jsonrpc/node"
import { failureOf } from "../ours.mjs"

/** How Ethereum nodes spell subscriptions. */
const ethereum = {
  name: "ethereum",
  subscriptions: {
    key: "id",
    newId: (count) => `0x${count.toString(16)}`,
    item: ({ id }, result) => ({
      kind: "notification",
      method: "eth_subscription",
      params: { subscription: id, result },
    }),
    unsubscribe: ({ id }) => ({ kind: "request", method: "eth_unsubscribe", params: [id] }),
    read: (name, params) =>
      name === "eth_subscription" ? { kind: "item", key: params.subscription, item: params.result } : undefined,
    readUnsubscribe: (name, params) => (name === "eth_unsubscribe" ? params[0] : undefined),
  },
}

const node = contract({
  eth_chainId: method({ result: string }),
  net_version: method({ result: string }),
  eth_blockNumber: method({ result: string }),
  eth_getBalance: method({
    params: [
      ["address", string],
      ["block", string],
    ],
    result: string,
  }),
  eth_call: method({
    params: [
      ["call", unknown],
      ["block", unknown],
    ],
    errors: { Reverted: error(3, { message: "execution reverted" }) },
  }),
  eth_subscribe: subscription({ params: [["what", literal("newHeads")]], item: unknown }),
})

const hex64 = `0x${"00".repeat(32)}`
const head = (number) => ({
  number: `0x${number.toString(16)}`,
  hash: `0x${number.toString(16).padStart(64, "0")}`,
  parentHash: hex64,
  timestamp: "0x1",
  nonce: "0x0000000000000000",
  difficulty: "0x0",
  gasLimit: "0x1",
  gasUsed: "0x0",
  miner: `0x${"00".repeat(20)}`,
  extraData: "0x",
  baseFeePerGas: "0x1",
  logsBloom: `0x${"00".repeat(256)}`,
  stateRoot: hex64,
  receiptsRoot: hex64,
  transactionsRoot: hex64,
  sha3Uncles: hex64,
  mixHash: hex64,
  size: "0x1",
  transactions: [],
  uncles: [],
  withdrawals: [],
})

/** A node of ours, on HTTP and WebSocket. `gone` says how many subscribers have left. */
async function ourNode(held) {
  const counts = { gone: 0 }
  const handlers = {
    eth_chainId: () => "0x7a69",
    net_version: () => "31337",
    eth_blockNumber: () => "0x10",
    eth_getBalance: ([account]) => (account === address ? "0x1bc16d674ec80000" : "0x0"),
    eth_call: () => {
      throw new node.definitions.eth_call.errors.Reverted()
    },
    async *eth_subscribe(_, { signal }) {
      const left = new Promise((resolve) => signal.addEventListener("abort", resolve))
      for (let number = 17; number < 20; number++) yield head(number)
      await left
      counts.gone++
    },
  }
  const listen = ["http://127.0.0.1:0", "ws://127.0.0.1:0"]
  const server = held.add(await serve(router(node, handlers), { listen, dialect: ethereum }))
  const [overHttp, overWebSocket] = server.addresses
  return { overHttp, overWebSocket, gone: () => counts.gone }
}

const address = `0x${"00".repeat(19)}01`
const nobody = `0x${"00".repeat(20)}`
const balance = 2n * 10n ** 18n

async function asViem(check, client) {
  check("the chain", await client.getChainId(), 31337)
  check(
    "three at once",
    await Promise.all([
      client.getBlockNumber(),
      client.getBalance({ address }),
      client.getBalance({ address: nobody }),
    ]),
    [16n, balance, 0n],
  )
  const failure = await failureOf(client.request({ method: "eth_noSuchMethod" }))
  check("a method that is not there", [failure.name, failure.code], ["MethodNotFoundRpcError", -32601])
  const reverted = await failureOf(client.request({ method: "eth_call", params: [{}, "latest"] }))
  check("an error of the method", reverted.code, 3)
}

/** Resolves with the first `count` of what is given to `take`. */
function first(count, listen) {
  return new Promise((resolve, reject) => {
    const seen = []
    listen((each) => {
      seen.push(each)
      if (seen.length === count) resolve(seen)
    }, reject)
  })
}

/** Waits until a subscriber has left. */
async function leaves({ gone }) {
  while (gone() === 0) await new Promise((resolve) => setTimeout(resolve, 2))
}

export default [
  {
    peer: "viem 2.57.20",
    over: "HTTP, batches",
    ours: "server",
    async run(check, held) {
      const { overHttp } = await ourNode(held)
      await asViem(check, createPublicClient({ transport: http(overHttp, { batch: true, retryCount: 0 }) }))
    },
  },
  {
    peer: "viem 2.57.20",
    over: "WebSocket, subscriptions",
    ours: "server",
    async run(check, held) {
      const ours = await ourNode(held)
      const transport = webSocket(ours.overWebSocket, { retryCount: 0, reconnect: false })
      const client = createPublicClient({ transport })
      const socket = await client.transport.getRpcClient()
      held.add(socket, () => socket.close())
      await asViem(check, client)
      let stop
      const blocks = await first(3, (onBlockNumber, onError) => {
        stop = client.watchBlockNumber({ onBlockNumber, onError })
      })
      check("new heads", blocks, [17n, 18n, 19n])
      stop()
      await leaves(ours)
    },
  },
  {
    peer: "ethers 6.17.0",
    over: "HTTP, batches",
    ours: "server",
    async run(check, held) {
      const { overHttp } = await ourNode(held)
      const provider = new JsonRpcProvider(overHttp)
      held.add(provider, () => provider.destroy())
      check("the chain", (await provider.getNetwork()).chainId, 31337n)
      const calls = [provider.getBlockNumber(), provider.getBalance(address), provider.send("eth_chainId", [])]
      check("three at once", await Promise.all(calls), [16, balance, "0x7a69"])
      const failure = await failureOf(provider.send("eth_noSuchMethod", []))
      check("a method that is not there", failure.error.code, -32601)
    },
  },
  {
    peer: "ethers 6.17.0",
    over: "WebSocket, subscriptions",
    ours: "server",
    async run(check, held) {
      const ours = await ourNode(held)
      const provider = new WebSocketProvider(ours.overWebSocket)
      held.add(provider, () => provider.destroy())
      check("the chain", (await provider.getNetwork()).chainId, 31337n)
      check("new heads", await first(3, (take) => void provider.on("block", take)), [17, 18, 19])
      await provider.removeAllListeners("block")
      await leaves(ours)
      // Its wait for the answer to eth_unsubscribe is nobody's to catch.
      await provider.send("eth_chainId", [])
    },
  },
]
