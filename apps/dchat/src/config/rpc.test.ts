import { expect, test } from "vitest"
import { isOfThisComputer, rpcUrl } from "./rpc.ts"

test.each([
  ["tcp://127.0.0.1:51054", true],
  ["tcp://127.1.2.3:0", true],
  ["tcp://localhost:51054", true],
  ["tcp://[::1]:51054", true],
  ["unix:///run/dchat.sock", true],
  ["tcp://0.0.0.0:51054", false],
  ["tcp://192.168.1.7:51054", false],
  ["tcp://[::]:51054", false],
  ["tcp://localhost.example:51054", false],
])("%s can be reached from this computer alone: %s", (address, isLocal) => {
  expect(isOfThisComputer(address)).toBe(isLocal)
})

test.each([
  ["tcp://127.0.0.1:51054", "tcp://127.0.0.1:51054"],
  ["TCP://127.1:51054/", "tcp://127.0.0.1:51054"],
  ["unix:///run/dchat.sock", "unix:///run/dchat.sock"],
])("%s is kept as %s", (written, kept) => {
  expect(rpcUrl.read(written, { key: "rpc_listen", table: "[rpc]" })).toBe(kept)
})
