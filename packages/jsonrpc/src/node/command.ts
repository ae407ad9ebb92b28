import { readFileSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { generateContract } from "../contract/signature/generate.ts"
import { SignatureError } from "../contract/signature/signature-error.ts"
import { JsonRpcError } from "../message/rpc-error.ts"

/** What the command needs of the world. */
export interface CommandWorld {
  /** Throws what node:fs throws. */
  readonly readFile: (path: string) => string
  readonly writeFile: (path: string, text: string) => void
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

const HELP = `Usage: dchat-rpc generate FILE [--out FILE] [--name NAME]

Writes the TypeScript of a contract from a file of signatures, such as

  hello(input: string): string
  add(a: number, b?: number): number

  --out FILE    write there instead of to the standard output
  --name NAME   what the contract is called; default api
  -h, --help    show this

Ends with 0, with 1 when a file cannot be read, understood or written, with 2 when it was called in another way.
`

/** Runs the command line. Gives the exit code: 0, 1 when it failed, 2 when it was called wrongly. */
export function runCommand(args: readonly string[], world: CommandWorld): number {
  const options = readOptions(args)
  if (typeof options === "string") {
    world.err(`dchat-rpc: ${options}; dchat-rpc --help shows how to call it\n`)
    return 2
  }
  if (options.kind === "help") {
    world.out(HELP)
    return 0
  }
  try {
    const text = generateContract(world.readFile(options.file), { name: options.name, source: options.file })
    if (options.out === undefined) world.out(text)
    else world.writeFile(options.out, text)
    return 0
  } catch (error) {
    world.err(`${failureText(options.file, error)}\n`)
    return 1
  }
}

/** The command as a process runs it. */
export const processWorld: CommandWorld = {
  readFile: (path) => readFileSync(path, "utf8"),
  writeFile: (path, text) => writeFileSync(path, text),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
}

interface GenerateCommand {
  readonly kind: "generate"
  readonly file: string
  readonly out: string | undefined
  readonly name: string
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

/** What is asked for, or what is wrong with how. */
function readOptions(args: readonly string[]): GenerateCommand | { readonly kind: "help" } | string {
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { out: { type: "string" }, name: { type: "string" }, help: { type: "boolean", short: "h" } },
    })
  } catch (error) {
    return firstLine(error)
  }
  const { values, positionals } = parsed
  if (values.help === true) return { kind: "help" }
  const [command, file, ...more] = positionals
  if (command !== "generate") return command === undefined ? "there is no command" : `there is no command ${command}`
  if (file === undefined) return "generate needs a file"
  if (more.length > 0) return `generate takes one file, not ${more.length + 1}`
  const { out, name = "api" } = values
  return IDENTIFIER.test(name) ? { kind: "generate", file, out, name } : `${name} cannot be the name of a contract`
}

function failureText(file: string, error: unknown): string {
  if (error instanceof SignatureError) return `${file}:${error.message}`
  if (error instanceof JsonRpcError) return `${file}: ${error.message}`
  return `dchat-rpc: ${firstLine(error)}`
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? ""
}
