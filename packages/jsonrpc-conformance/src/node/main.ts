// Tries our server and our client on every kind of connection, and prints how they did.
import process from "node:process"
import { table, type Row } from "../report.ts"
import { tryOurs } from "./ours.ts"
import { GROUNDS } from "./transports.ts"

const rows: Row[] = []
for (const [name, make] of GROUNDS) rows.push(await tryOurs(await make(name)))
process.stdout.write(`${table(rows)}\n`)
const verdicts = rows.flatMap(({ columns }) => columns.flatMap((column) => column.verdicts))
process.exitCode = verdicts.some(({ status }) => status === "failed") ? 1 : 0
