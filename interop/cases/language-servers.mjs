import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import os from "node:os"
import path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { Connection, contentLengthFraming, spawnTransport } from "@dchat/jsonrpc/node"
import { failureOf } from "../ours.mjs"

const require = createRequire(import.meta.url)
const bin = (file) => path.join(fileURLToPath(import.meta.url), "../../node_modules", file)

/** What a server may ask its editor; an editor that has nothing to say says nothing. */
function editor(request) {
  if (request.method === "workspace/configuration") return request.params.items.map(() => null)
  return null
}

/** initialize, open, hover, shutdown, exit: the life of a language server. */
async function session(check, { command, language, file, text, hoverAt, expected, options, beside = {} }) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "dchat-lsp-"))
  for (const [name, content] of Object.entries(beside)) await writeFile(path.join(folder, name), content)
  const transport = await spawnTransport(process.execPath, command, {
    framing: contentLengthFraming(),
    stderr: "ignore",
    cwd: folder,
  })
  const server = new Connection(transport, { handler: editor })
  try {
    const rootUri = pathToFileURL(folder).href
    const uri = `${rootUri}/${file}`
    const { capabilities } = await server.request("initialize", {
      processId: process.pid,
      rootUri,
      workspaceFolders: [{ uri: rootUri, name: "test" }],
      capabilities: { textDocument: { hover: { contentFormat: ["markdown", "plaintext"] } } },
      initializationOptions: options,
    })
    check("initialize", capabilities.hoverProvider !== undefined, true)
    await server.notify("initialized", {})
    await server.notify("textDocument/didOpen", { textDocument: { uri, languageId: language, version: 1, text } })
    const hover = await server.request("textDocument/hover", { textDocument: { uri }, position: hoverAt })
    check("hover", JSON.stringify(hover).includes(expected), true)
    const unknown = await failureOf(server.request("dchat/noSuchMethod", {}))
    check("a method that is not there", unknown.code, -32601)
    check("shutdown", await server.request("shutdown"), null)
    await server.notify("exit")
    check("it goes in good order", await server.closed, undefined)
  } finally {
    await server.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const PORT = { type: "number", description: "Where it listens" }

export default [
  {
    peer: "typescript-language-server 5.1.3",
    over: "stdio, Content-Length",
    ours: "client",
    run: (check) =>
      session(check, {
        command: [bin("typescript-language-server/lib/cli.mjs"), "--stdio"],
        language: "typescript",
        file: "hello.ts",
        text: "const answer: number = 42\nanswer\n",
        hoverAt: { line: 1, character: 2 },
        expected: "const answer: number",
        options: { tsserver: { path: require.resolve("typescript/lib/tsserver.js") } },
      }),
  },
  {
    peer: "yaml-language-server 1.18.0",
    over: "stdio, Content-Length",
    ours: "client",
    run: (check) =>
      session(check, {
        command: [bin("yaml-language-server/bin/yaml-language-server"), "--stdio"],
        language: "yaml",
        file: "settings.yaml",
        text: "# yaml-language-server: $schema=./schema.json\nport: 1\n",
        beside: { "schema.json": JSON.stringify({ type: "object", properties: { port: PORT } }) },
        hoverAt: { line: 1, character: 1 },
        expected: "Where it listens",
      }),
  },
]
