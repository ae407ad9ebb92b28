import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { expect, test } from "vitest"
import * as jsonrpc from "../index.ts"
import { signatures } from "../contract/signature/signatures.ts"
import { runCommand, type CommandWorld } from "./command.ts"

/** Runs the command with files that exist only here. */
function run(args: readonly string[], files: Record<string, string> = {}) {
  const printed = { out: "", err: "" }
  const written = { ...files }
  const world: CommandWorld = {
    readFile(name) {
      if (!Object.hasOwn(files, name)) throw new Error(`ENOENT: no such file or directory, open '${name}'`)
      return files[name] ?? ""
    },
    writeFile: (name, text) => void (written[name] = text),
    out: (text) => (printed.out += text),
    err: (text) => (printed.err += text),
  }
  return { code: runCommand(args, world), ...printed, written }
}

const SIGNATURES = `hello(input: string): string
🙂(a?: integer, b: { x: (bigint | null)[], y?: any }): json
nothing(); __proto(a: bytes, b: date): null`

test("a file of signatures becomes TypeScript", () => {
  const { code, out, err } = run(["generate", "client.sigs"], { "client.sigs": SIGNATURES })
  expect({ code, err }).toEqual({ code: 0, err: "" })
  expect(out).toBe(`// Written by dchat-rpc from client.sigs. Change that, not this.
import { type ClientOf, bigint, bytes, contract, date, integer, list, literal, method, object, oneOf, optional, rawJson, string, unknown } from "@dchat/jsonrpc"

export const api = contract({
  hello: method({ params: [["input", string]], result: string }),
  "🙂": method({ params: [["a", optional(integer)], ["b", object({ x: list(oneOf(bigint, literal(null))), y: optional(unknown) })]], result: rawJson }),
  nothing: method(),
  __proto: method({ params: [["a", bytes], ["b", date]], result: literal(null) }),
})

export type ApiClient = ClientOf<typeof api>
`)
})

test("what is written is the same contract as the one made from the text", () => {
  const { out } = run(["generate", "x", "--name", "chat"], { x: SIGNATURES })
  const body = out.slice(out.indexOf("contract({"), out.indexOf("\nexport type"))
  const names = Object.keys(jsonrpc)
  // oxlint-disable-next-line typescript/no-implied-eval
  const made = new Function(...names, `return ${body}`)(...Object.values(jsonrpc)) as jsonrpc.Contract
  const shapeOf = (contract: jsonrpc.Contract) => JSON.parse(JSON.stringify(contract)) as unknown
  expect(shapeOf(made)).toEqual(shapeOf(signatures(SIGNATURES)))
})

test("--out writes a file", () => {
  const { code, out, written } = run(["generate", "x", "--out", "x.ts"], { x: "a()" })
  expect({ code, out }).toEqual({ code: 0, out: "" })
  expect(written["x.ts"]).toContain("a: method(),")
})

test.each([
  [["generate", "x"], "a(b: strin)", 'x:1:6: there is no type "strin"'],
  [["generate", "x"], "\n\n  then()", 'x: a client cannot have a method called "then"'],
  [["generate", "gone"], "", "dchat-rpc: ENOENT"],
])("%j of %j fails in a line", (args, text, message) => {
  const { code, out, err } = run(args, { x: text })
  expect({ code, out }).toEqual({ code: 1, out: "" })
  expect(err.startsWith(message)).toBe(true)
  expect(err.trimEnd()).not.toContain("\n")
})

test.each([
  [[]],
  [["make"]],
  [["generate"]],
  [["generate", "a", "b"]],
  [["generate", "a", "--nope"]],
  [["generate", "x", "--name", "a b"]],
])("%j is wrong usage", (args) => {
  const { code, out, err } = run(args)
  expect({ code, out }).toEqual({ code: 2, out: "" })
  expect(err).toContain("dchat-rpc --help")
})

test("--help shows how to call it", () => {
  expect(run(["--help"])).toMatchObject({
    code: 0,
    err: "",
    out: expect.stringContaining("Usage: dchat-rpc generate FILE") as unknown,
  })
})

test("the program runs as a process", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "dchat-rpc-"))
  const file = path.join(folder, "bad.sigs")
  writeFileSync(file, "hello(input: text): string\n")
  const program = path.join(import.meta.dirname, "../../bin/dchat-rpc.js")
  try {
    const outcome = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(process.execPath, [program, "generate", file], (error, _stdout, stderr) =>
        resolve({ code: error === null ? 0 : error.code, stderr }),
      )
    })
    expect(outcome.code).toBe(1)
    expect(outcome.stderr.startsWith(`${file}:1:14: there is no type "text"`)).toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test("the module of the signatures example is what the command writes today", () => {
  const source = "examples/jsonrpc/client.signatures"
  const fileOf = (name: string) => readFileSync(new URL(`../../../../${name}`, import.meta.url), "utf8")
  const { code, out } = run(["generate", source, "--name", "fromFile"], { [source]: fileOf(source) })
  expect(code).toBe(0)
  expect(fileOf("examples/jsonrpc/client-signatures.ts")).toBe(out)
})
