/**
 * The tables of `../RESULTS.md`: what each is measured with. The first pair of a run is what the others are compared with.
 */
const libraries = ["rpc-websockets", "birpc", "json-rpc-2.0", "jayson", "capnweb", "trpc", "jsonrpsee"]
const ownPairs = libraries.map((name) => `${name}/${name}`)
const fourLoads = ["seq", "pipe64", "pipe1024", "conns64"]
const deep = ["pipe64", "pipe1024"]
const floors = ["raw/raw", "dchat/raw", "raw/dchat", "dchat/dchat"]

export const tables = {
  /** Ours beside the least that answers, on two cores. */
  floors: [
    { transport: "tcp", pairs: floors, loads: fourLoads },
    { transport: "unix", pairs: floors, loads: deep },
    { transport: "ws", pairs: floors, loads: fourLoads },
  ],
  /** Servers under one client, which flushes at the end of the turn only. */
  servers: [
    {
      transport: "ws",
      pairs: ["turn/turn", "raw/turn", "dchat/turn", "jsonrpsee/turn", "rpc-websockets/turn"],
      loads: ["pipe64", "pipe1024", "conns64"],
    },
  ],
  /** Each library with its own client. */
  libraries: [
    { transport: "ws", pairs: ["raw/raw", "dchat/dchat", ...ownPairs], loads: fourLoads },
    { transport: "tcp", pairs: ["raw/raw", "dchat/dchat", "vscode/vscode"], loads: fourLoads },
  ],
  /** What else a connection may carry. */
  loads: [
    { transport: "tcp", pairs: [...floors, "vscode/vscode"], loads: ["batch100", "notify", "big", "quiet"] },
    { transport: "ws", pairs: ["raw/raw", "dchat/dchat", "jsonrpsee/jsonrpsee"], loads: ["batch100", "big"] },
  ],
  /** Both ends on one core, beside the floor that flushes at the end of the turn only. */
  "one-core": ["tcp", "ws"].map((transport) => ({
    transport,
    pairs: ["turn/turn", "raw/raw", "dchat/dchat"],
    loads: deep,
    oneCore: true,
  })),
}
