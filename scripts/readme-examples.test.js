import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { findExamples, findFragments, fragmentsOf } from "./readme-examples.js"

/** @type {string} */
let root

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "examples-"))
  const files = {
    "README.md": "# House\n\n```ts\nnot marked\n```\n\n<!-- example -->\n\n```ts\nroot()\n```\n",
    "docs/page.md": "# Page\n\n```ts\nnot marked\n```\n\n<!-- example -->\n\n```ts\npage()\n```\n",
    "packages/net/package.json": `{ "name": "@dchat/net" }`,
    "packages/net/README.md": "# net\n\n```sh\nnpm i\n```\n\n```ts\nfirst()\n\nagain()\n```\n\n```ts\nsecond()\n```\n",
    "packages/task/package.json": `{ "name": "@dchat/task" }`,
    "packages/task/README.md": "# task\n",
    "packages/wire/package.json": `{ "name": "@dchat/wire" }`,
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.join(root, path.dirname(name)), { recursive: true })
    writeFileSync(path.join(root, name), text)
  }
})

afterAll(() => {
  rmSync(root, { recursive: true })
})

test("a package's example is the first ts block of its README, those of the root and of docs/ are marked", () => {
  expect(findExamples(root)).toEqual([
    { readme: "packages/net/README.md", name: "net", code: "first()\n\nagain()\n" },
    { readme: "README.md", name: "root-1", code: "root()\n" },
    { readme: "docs/page.md", name: "docs-page-1", code: "page()\n" },
  ])
})

test("every other ts block is looked at by the compiler, each within those before it", () => {
  const run = "ran()\n"
  const page = [
    '<!-- types\nimport { a } from "a"\ndeclare const b: number\n-->',
    "```ts\nran()\n```",
    '```ts\nimport {\n  c,\n} from "c"\nconst one = a(b)\n```',
    "```sh\nnpm i\n```",
    "```ts\nconst one = c\n```",
  ].join("\n\n")
  expect(fragmentsOf(page, [run])).toBe(
    'import { a } from "a"\ndeclare const b: number\nimport {\n  c,\n} from "c"\nexport {}\n' +
      "{\nconst one = a(b)\n\n{\nconst one = c\n\n}}\n",
  )
  expect(fragmentsOf("# nothing\n", [])).toBe(undefined)
  expect(findFragments(findExamples(root), root).map(({ readme }) => readme)).toEqual([
    "README.md",
    "packages/net/README.md",
    "docs/page.md",
  ])
})
