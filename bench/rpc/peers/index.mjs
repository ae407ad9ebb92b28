import { dchat } from "./dchat.mjs"
import { lineFloor, webSocketFloor } from "./floor.mjs"
import { jsonrpsee } from "./jsonrpsee.mjs"
import * as libraries from "./libraries.mjs"

/** The writer's rule of ours: what waits leaves at the end of the turn, and at every 16th message. */
const EARLY = 16

const onLines = {
  turn: lineFloor(Infinity),
  raw: lineFloor(EARLY),
  dchat: dchat("tcp"),
  vscode: libraries.vscode,
}

/** What can be measured, by transport. `raw` flushes by our rule, `turn` at the end of the turn only. */
export const peers = {
  tcp: { ...onLines },
  unix: { ...onLines },
  ws: {
    turn: webSocketFloor(Infinity),
    raw: webSocketFloor(EARLY),
    dchat: dchat("ws"),
    "json-rpc-2.0": libraries.jsonRpc2,
    "rpc-websockets": libraries.rpcWebSockets,
    jayson: libraries.jayson,
    birpc: libraries.birpc,
    capnweb: libraries.capnweb,
    trpc: libraries.trpc,
    jsonrpsee,
  },
}

// Other builds of ours, to see what a change has brought: DCHAT_BUILDS="before=/somewhere/dist/node/index.js,...".
for (const entry of process.env["DCHAT_BUILDS"]?.split(",") ?? []) {
  const [name, path] = entry.split("=")
  for (const [scheme, known] of Object.entries(peers)) known[name] = dchat(scheme, path)
}
