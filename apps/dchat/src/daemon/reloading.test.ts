import { defaultSettings, type Settings } from "@dchat/net/settings"
import { logTo } from "@dchat/runtime"
import { MemoryLog } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { Failure } from "../cli/failure.ts"
import type { Config } from "../config/load.ts"
import type { Daemon } from "./daemon.ts"
import { reloadWhenTold } from "./reloading.ts"

type Applied = Parameters<Daemon["reload"]>[0]

function config(net: Partial<Settings> = {}, more: Partial<Config> = {}): Config {
  const rpc = { listen: "tcp://127.0.0.1:1", disabledMethods: [] }
  return { path: "/d.toml", isNew: false, rpc, net: { ...defaultSettings, ...net }, warnings: [], ...more }
}

/** Reads one configuration, or fails to, at each request; gives what was applied, and what the log says. */
async function reload(reads: readonly (Config | Error)[], apply: (settings: Applied) => void = () => {}) {
  const log = new MemoryLog()
  const applied: Applied[] = []
  const left = [...reads]
  const daemon = {
    reload(settings: Applied) {
      apply(settings)
      applied.push(settings)
    },
  }
  async function* requests(): AsyncGenerator<number> {
    for (const at of reads.keys()) yield at
  }
  const read = async (): Promise<Config> => {
    const next = left.shift()
    if (next instanceof Error) throw next
    return next as Config
  }
  await reloadWhenTold(config(), { requests: requests(), read, daemon, log: logTo(log) })
  return { applied, said: log.records.map(({ level, message }) => `${level}: ${message}`) }
}

test("each request has the file read again, and says what has changed since the last one", async () => {
  const { applied, said } = await reload([
    config({ outboundConnections: 2 }),
    config({ outboundConnections: 2 }),
    config({ outboundConnections: 3, seeds: ["tcp://10.0.0.1:1/"] }),
  ])
  expect(applied.map(({ net }) => net)).toEqual([
    { outboundConnections: 2 },
    {},
    { outboundConnections: 3, seeds: ["tcp://10.0.0.1:1/"] },
  ])
  expect(said).toEqual([
    "info: Read /d.toml again: changed outbound_connections",
    "info: Read /d.toml again: nothing has changed",
    "info: Read /d.toml again: changed seeds, outbound_connections",
  ])
})

test("what has no effect, and what needs a restart, is a warning", async () => {
  const blacklist = [{ host: "bad.example", schemes: [], ports: [] }]
  const { applied, said } = await reload([
    config({ blacklist }),
    config({ hostlist: "/h.tsv" }, { warnings: ["foo in the file is unknown and has no effect"] }),
  ])
  expect(applied.map(({ net }) => net)).toEqual([{ blacklist }, { blacklist: [] }])
  expect(said).toEqual([
    "info: Read /d.toml again: changed blacklist",
    "warn: /d.toml: foo in the file is unknown and has no effect",
    "info: Read /d.toml again: changed blacklist",
    "warn: /d.toml: hostlist: only a restart changes that",
  ])
})

test("a file that is wrong changes nothing, and the next one is compared with what is in use", async () => {
  const { applied, said } = await reload([
    new Failure("/d.toml: there is no such file"),
    config({ outboundConnections: 2 }),
  ])
  expect(applied.map(({ net }) => net)).toEqual([{ outboundConnections: 2 }])
  expect(said).toEqual([
    "error: /d.toml: there is no such file; nothing has changed",
    "info: Read /d.toml again: changed outbound_connections",
  ])
})

test("settings that the daemon does not take are not taken for those in use", async () => {
  let isFirst = true
  const { applied, said } = await reload([config({ localnet: true }), config({ localnet: true })], () => {
    if (isFirst) {
      isFirst = false
      throw new Error("no")
    }
  })
  expect(applied.map(({ net }) => net)).toEqual([{ localnet: true }])
  expect(said).toEqual([
    "error: the configuration could not be applied; nothing has changed",
    "info: Read /d.toml again: changed localnet",
  ])
})
