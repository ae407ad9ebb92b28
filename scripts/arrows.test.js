import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { checkArrows } from "./arrows.js"
import { importsOf } from "./imports.js"

/** @type {string} */
let folder

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "arrows-"))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** A house in which nothing is wrong, as files by name. @returns {Record<string, string>} */
function house() {
  /** @param {string} name @param {string[]} dependencies @param {object} more */
  const manifest = (name, dependencies, more = {}) =>
    JSON.stringify({
      name,
      version: "1.0.0",
      exports: { ".": "./x.js" },
      dependencies: Object.fromEntries(dependencies.map((each) => [`@dchat/${each}`, "1.0.0"])),
      ...more,
    })
  /** @param {string[]} rooms */
  const tsconfig = (...rooms) => JSON.stringify({ references: rooms.map((room) => ({ path: `../${room}` })) })

  return {
    "package.json": JSON.stringify({ devDependencies: { vitest: "4.0.0" } }),
    "tsconfig.packages.json": JSON.stringify({
      references: ["runtime", "task", "jsonrpc", "net", "sim"].map((room) => ({ path: `./packages/${room}` })),
    }),
    "packages/runtime/package.json": manifest("@dchat/runtime", [], { exports: { ".": "./x.js", "./node": "./x.js" } }),
    "packages/runtime/tsconfig.json": tsconfig(),
    "packages/runtime/src/index.ts": `export * from "./clock.ts"`,
    "packages/runtime/src/clock.ts": `export interface Clock {}`,
    "packages/runtime/src/node/clock.ts": `import type { Clock } from "../clock.ts"; import "node:fs"`,
    "packages/runtime/src/platform/node.ts": `export { clock } from "../node/clock.ts"`,
    "packages/task/package.json": manifest("@dchat/task", ["runtime"]),
    "packages/task/tsconfig.json": tsconfig("runtime"),
    "packages/task/src/task.ts": `import { Clock } from "@dchat/runtime"`,
    "packages/jsonrpc/package.json": manifest("@dchat/jsonrpc", ["runtime", "task"]),
    "packages/jsonrpc/tsconfig.json": tsconfig("runtime", "task"),
    "packages/net/package.json": manifest("@dchat/net", ["runtime", "task"], {
      devDependencies: { "@dchat/sim": "1.0.0" },
    }),
    "packages/net/tsconfig.json": tsconfig("runtime", "task"),
    "packages/net/src/p2p.ts": `import { Task } from "@dchat/task"`,
    "packages/net/src/p2p.test.ts": `import { simulate } from "@dchat/sim"; import "vitest"; import "./p2p.ts"; import "@dchat/runtime/node"`,
    "packages/sim/package.json": manifest("@dchat/sim", ["runtime", "net"]),
    "packages/sim/tsconfig.json": tsconfig("runtime", "net"),
    "packages/sim/src/index.ts": `import { P2p } from "@dchat/net"`,
    "apps/dchat/package.json": manifest("dchat", ["runtime", "net", "sim"]),
    "apps/dchat/src/main.ts": `await import("./command/sim.ts"); import "@dchat/runtime/node"`,
    "apps/dchat/src/command/sim.ts": `import { simulate } from "@dchat/sim"`,
    "examples/hello.ts": `import { P2p } from "@dchat/net"; import { clock } from "@dchat/runtime/node"`,
  }
}

/** What is said about the house with some of its files changed. @param {Record<string, string>} changes */
function problemsWith(changes) {
  const root = mkdtempSync(path.join(folder, "house-"))
  for (const [name, text] of Object.entries({ ...house(), ...changes })) {
    mkdirSync(path.join(root, path.dirname(name)), { recursive: true })
    writeFileSync(path.join(root, name), text)
  }
  return checkArrows(root).map(({ file, line, arrow, why }) => `${file}:${line} ${arrow}: ${why}`)
}

test("a house in which all arrows point down has no problems", () => {
  expect(problemsWith({})).toEqual([])
})

test.each([
  [
    "jsonrpc may not know net",
    { "packages/jsonrpc/src/a.ts": `\nimport type { P2p } from "@dchat/net"` },
    "packages/jsonrpc/src/a.ts:2 jsonrpc -> @dchat/net: jsonrpc imports only runtime, task",
  ],
  [
    "runtime may not know task, not even by a type",
    { "packages/runtime/src/a.ts": `type A = import("@dchat/task").Task` },
    "packages/runtime/src/a.ts:1 runtime -> @dchat/task: runtime imports no other package of the house",
  ],
  [
    "what ships may not import sim",
    { "apps/dchat/src/daemon.ts": `import { simulate } from "@dchat/sim"` },
    "apps/dchat/src/daemon.ts:1 dchat -> @dchat/sim: nothing imports sim but tests, benches and `dchat sim`",
  ],
  [
    "code outside node/ may not import from node/",
    { "packages/runtime/src/a.ts": `import { clock } from "./node/clock.ts"` },
    "packages/runtime/src/a.ts:1 runtime -> ./node/clock.ts: only node/ itself and platform/ import from node/",
  ],
  [
    "code outside node/ may not import another package's node/",
    { "packages/net/src/a.ts": `import { clock } from "@dchat/runtime/node"` },
    "packages/net/src/a.ts:1 net -> @dchat/runtime/node: only node/ folders, platform/ and the programs import @dchat/runtime/node",
  ],
  [
    "a package may not import its own index.ts",
    { "packages/runtime/src/a.ts": `export * from "./index.ts"` },
    "packages/runtime/src/a.ts:1 runtime -> ./index.ts: index.ts is for the package's users: import the file that has what is needed",
  ],
  [
    "a package may not import itself by name",
    { "packages/task/src/a.ts": `import "@dchat/task"` },
    "packages/task/src/a.ts:1 task -> @dchat/task: inside a package, import by path",
  ],
  [
    "what a package does not export is out of reach",
    { "packages/task/src/a.ts": `import "@dchat/runtime/src/clock.ts"` },
    `packages/task/src/a.ts:1 task -> @dchat/runtime/src/clock.ts: @dchat/runtime does not export "./src/clock.ts"`,
  ],
  [
    "a path does not lead into another package",
    { "packages/task/src/a.test.ts": `import "../../runtime/src/clock.ts"` },
    "packages/task/src/a.test.ts:1 task -> ../../runtime/src/clock.ts: a path into another package: import the package by its name",
  ],
  [
    "an example is a user like any other",
    { "examples/inside.ts": `import "../packages/net/src/p2p.ts"` },
    "examples/inside.ts:1 examples -> ../packages/net/src/p2p.ts: a path into another package: import the package by its name",
  ],
  [
    "an import must be among the dependencies",
    { "apps/dchat/src/a.ts": `import { Task } from "@dchat/task"` },
    "apps/dchat/src/a.ts:1 dchat -> @dchat/task: not among the dependencies of apps/dchat/package.json",
  ],
  [
    "a library must be among the dependencies, and a test's may be among the root's",
    { "packages/net/src/a.ts": `import "vitest"` },
    "packages/net/src/a.ts:1 net -> vitest: not among the dependencies of packages/net/package.json",
  ],
  [
    "code may not import a test",
    { "packages/net/src/a.ts": `import "./p2p.test.ts"` },
    "packages/net/src/a.ts:1 net -> ./p2p.test.ts: a test is no part of the package",
  ],
  [
    "a dependency must be a reference",
    { "packages/task/tsconfig.json": `{}` },
    "packages/task/tsconfig.json:1 task -> runtime: a dependency that is not among its references",
  ],
  [
    "a reference must be a dependency",
    { "packages/runtime/tsconfig.json": `{ "references": [{ "path": "../task" }] }` },
    "packages/runtime/tsconfig.json:1 runtime -> task: a reference that is not among its dependencies",
  ],
  [
    "a package must be built",
    {
      "packages/wire/package.json": `{ "name": "@dchat/wire", "version": "1.0.0" }`,
      "packages/wire/tsconfig.json": `{}`,
    },
    "tsconfig.packages.json:1 wire: a package that is not built",
  ],
  [
    "a room must be in the plan",
    { "packages/attic/package.json": `{ "name": "@dchat/attic", "version": "1.0.0" }` },
    "packages/attic/package.json:1 attic: a room that is not in the plan: add it to ARROWS in scripts/arrows.js",
  ],
])("%s", (_, changes, problem) => {
  expect(problemsWith(/** @type {Record<string, string>} */ (changes))).toEqual([problem])
})

test("files that import each other in a circle are named in its order", () => {
  const problems = problemsWith({
    "packages/net/src/a.ts": `import "./b.ts"`,
    "packages/net/src/b.ts": `import type { C } from "./deep/c.ts"`,
    "packages/net/src/deep/c.ts": `import "node:fs"\nexport { A } from "../a.ts"`,
  })
  expect(problems).toEqual([
    "packages/net/src/deep/c.ts:2 src/a.ts -> src/b.ts -> src/deep/c.ts -> src/a.ts: these files import each other in a circle",
  ])
})

test("a dependency whose version the house does not have would come from the registry", () => {
  const [wrong, loose] = ["0.9.0", "^1.0.0"].map((version) =>
    problemsWith({
      "packages/task/package.json": JSON.stringify({
        name: "@dchat/task",
        dependencies: { "@dchat/runtime": version },
      }),
    }),
  )
  expect(wrong).toContain("packages/task/package.json:1 task -> runtime: asks for 0.9.0, but the house has 1.0.0")
  expect(loose).toContain(`packages/task/package.json:1 task -> runtime: versions are exact, and "^1.0.0" is not`)
})

test("every form of import is seen", () => {
  const text = `import type { A } from "a"
import { type B, C } from "b"
import "c"
export * from "d"
export type { E } from "e"
export const f: import("f").F = await import("g")
export const h = await import(name)
// import "not this"
const text = 'import "nor this"'`
  expect(importsOf("x.ts", text)).toEqual([
    { specifier: "a", line: 1 },
    { specifier: "b", line: 2 },
    { specifier: "c", line: 3 },
    { specifier: "d", line: 4 },
    { specifier: "e", line: 5 },
    { specifier: "f", line: 6 },
    { specifier: "g", line: 6 },
    { specifier: undefined, line: 7 },
  ])
  expect(() => importsOf("x.ts", "import {")).toThrow(SyntaxError)
})
