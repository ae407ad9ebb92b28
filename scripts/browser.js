// Runs what belongs in a page in a real one, headless Chromium, and checks the size of the browser client: `npm run browser`
// Without a Chromium the page's part is skipped, and says so; where CI is set that is a failure.
import { existsSync } from "node:fs"
import { createServer } from "node:http"
import path from "node:path"
import { buffer } from "node:stream/consumers"
import { gzipSync } from "node:zlib"
import { fetchHandler, router, serve } from "@dchat/jsonrpc/node"
import { chromium } from "playwright-core"
import { rolldown } from "rolldown"
import { api } from "./browser/contract.js"
import { ROOT } from "./house.js"

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium"
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]

/** What a page loads to call a server: a contract and a client over WebSocket. */
const CLIENT = `export { connect, contract, method, string } from "@dchat/jsonrpc/browser"`
/** In bytes, minified and compressed. */
const CLIENT_LIMIT = 6000

/**
 * The code of a module and all that it imports, for a page, from the sources.
 *
 * @param {string} input A file, or `client`.
 * @param {boolean} minify
 */
async function bundle(input, minify) {
  const build = await rolldown({
    input,
    cwd: ROOT,
    platform: "browser",
    resolve: { conditionNames: ["@dchat/source", "browser", "import", "default"] },
    plugins: [
      {
        name: "client",
        resolveId: (id) => (id === "client" ? path.join(ROOT, "client.js") : null),
        load: (id) => (id === path.join(ROOT, "client.js") ? CLIENT : null),
      },
    ],
  })
  // Remarks for bundlers are of no use to a page.
  const comments = { annotation: false }
  const { output } = await build.generate({ format: "esm", minify, comments, codeSplitting: false })
  return output[0].code
}

async function checkSize() {
  const size = gzipSync(await bundle("client", true), { level: 9 }).length
  console.log(`browser client: ${size} bytes min+gzip; limit ${CLIENT_LIMIT}`)
  return size <= CLIENT_LIMIT
}

/**
 * @param {import("node:http").IncomingMessage} incoming
 * @param {import("node:http").ServerResponse} response
 * @param {(request: Request) => Promise<Response>} rpc
 */
async function answerCall(incoming, response, rpc) {
  const headers = /** @type {Record<string, string>} */ (incoming.headers)
  const request = new Request(`http://${headers.host ?? ""}/rpc`, {
    method: "POST",
    headers,
    body: await buffer(incoming),
  })
  const answer = await rpc(request)
  response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text())
}

/**
 * @param {Record<string, string>} files
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
function sendFile(files, { url = "/" }, response) {
  const file = files[url.slice(1)]
  const type = url === "/" ? "text/html; charset=utf-8" : "text/javascript"
  response.writeHead(file === undefined ? 404 : 200, { "content-type": type }).end(file)
}

/**
 * Serves files by name on a free port, and what is POSTed to `/rpc`.
 *
 * @param {Record<string, string>} files
 * @param {(request: Request) => Promise<Response>} rpc
 */
async function serveFiles(files, rpc) {
  const server = createServer((request, response) => {
    const isCall = request.method === "POST" && request.url === "/rpc"
    if (request.url === "/moved") return void response.writeHead(302, { location: "/rpc" }).end()
    void (isCall ? answerCall(request, response, rpc) : sendFile(files, request, response))
  })
  await new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(undefined))
  })
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address())
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${port}/`, close }
}

async function checkPage() {
  if (!existsSync(CHROMIUM)) {
    console.log(
      `skipped: there is no Chromium at ${CHROMIUM}; install Debian's chromium, or say where one is with CHROMIUM`,
    )
    return process.env.CI === undefined
  }
  const page = await bundle("scripts/browser/page.js", false)
  const worker = await bundle("scripts/browser/worker.js", false)
  const handler = router(api, {
    add: ([a, b]) => a + b,
    echo: ([value]) => value,
    callBack: ([times], { connection }) =>
      Promise.all(Array.from({ length: times }, async (_, n) => String(await connection.request("back", [n])))),
  })
  const content = { "": "<!doctype html><title>dchat</title>", "page.js": page, "worker.js": worker }
  const files = await serveFiles(content, fetchHandler(handler))
  const server = await serve(handler, { listen: ["ws://127.0.0.1:0", "http://127.0.0.1:0"] })
  const unfriendly = await serve(handler, {
    listen: ["http://127.0.0.1:0"],
    http: { allowedOrigins: ["https://app.example"] },
  })
  const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS })
  try {
    const tab = await browser.newPage()
    await tab.goto(files.url)
    await tab.addScriptTag({ url: "/page.js", type: "module" })
    /** @type {import("./browser/page.js").Outcome[]} */
    const outcomes = await tab.evaluate((urls) => Reflect.get(globalThis, "runChecks")(urls), {
      websocket: server.addresses[0],
      http: server.addresses[1] ?? "",
      unfriendly: unfriendly.addresses[0],
    })
    for (const { name, failure } of outcomes)
      console.log(failure === undefined ? `ok      ${name}` : `FAILED  ${name}\n${failure}`)
    const failed = outcomes.filter(({ failure }) => failure !== undefined).length
    console.log(`${browser.version()}: ${outcomes.length - failed} passed, ${failed} failed`)
    return failed === 0
  } finally {
    await browser.close()
    await Promise.all([server.stop(), unfriendly.stop()])
    files.close()
  }
}

const isSmall = await checkSize()
const isGood = await checkPage()
if (!isSmall || !isGood) process.exitCode = 1
