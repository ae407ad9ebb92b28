/** The node in Rust, as a client of our node or as a server for it. What it can be told stands in `rust/src/main.rs`. */
import { setTimeout as delay } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { program } from "../peer-processes.mjs"

const PEER = fileURLToPath(new URL("../rust/target/debug/peer", import.meta.url))
const SOON_MS = 5000

const words = (options) => options.split(" ").filter(Boolean)

/** What ends a program in the middle of what it does: it has no say in it. */
export const kill = (running) => running[Symbol.asyncDispose]()

/** Starts it; it dials our node. */
export function theirClient(held, address, options = "") {
  return held.add(program(PEER, ["client", new URL(address).host, ...words(options)]))
}

/** Starts it; gives it, and the addresses that our node may dial. */
export async function theirServer(held, options = "") {
  const theirs = held.add(program(PEER, ["server", ...words(options)]))
  const ports = JSON.parse(await theirs.line())
  return { theirs, peers: ports.map((port) => `tcp+tls://127.0.0.1:${port}`) }
}

/** What it tells of so many connections. */
export async function told(theirs, count = 1) {
  const visits = []
  while (visits.length < count) {
    const line = await theirs.line()
    if (line === undefined)
      throw new Error(`the node in Rust is gone; it told of ${visits.length} of ${count} connections`)
    if (line !== '"open"') visits.push(JSON.parse(line))
  }
  return visits
}

/** Waits for what nobody tells; says whether it came to be. */
export async function soon(isSo) {
  const end = performance.now() + SOON_MS
  while (!isSo() && performance.now() < end) await delay(2)
  return isSo()
}
