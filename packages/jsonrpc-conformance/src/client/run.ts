import { mapAtOnce } from "../at-once.ts"
import { mismatch } from "../match.ts"
import { Mailbox } from "../mailbox.ts"
import type { RunOptions } from "../server/run.ts"
import { vectorText, type ClientCall, type ClientVector, type ServerMove, type Verdict } from "../vector.ts"
import type { Wire } from "../wire.ts"
import { outcomeMismatch, settle, type Outcome } from "./outcome.ts"
import { RequestReader } from "./sent.ts"

/** A client that is tried. */
export interface TriedClient {
  /** Calls a method. Rejects with something that has a numeric `code` when the server answers with an error. */
  request(method: string, params: ClientCall["params"]): Promise<unknown>
  notify(method: string, params: ClientCall["params"]): unknown
  /** Sends calls as one message, and says how each ended that is no notification. Without it, batches are skipped. */
  batch?(calls: readonly ClientCall[]): Promise<readonly Outcome[]>
  /** Lets the time for calls that wait run out. Without it, the time passes as it does. */
  runOutOfTime?(): void
  close(): unknown
}

/** A client, and the other end of its connection. */
export interface ClientScene {
  readonly client: TriedClient
  readonly wire: Wire
}

/**
 * Tries a client against a scripted server, each vector on a connection of its own.
 *
 * @param open Gives a client that is connected, and the server's end of its connection.
 */
export function tryClient(
  vectors: readonly ClientVector[],
  open: () => Promise<ClientScene>,
  options: RunOptions,
): Promise<Verdict[]> {
  return mapAtOnce(vectors, options.atOnce ?? Infinity, (vector) => tryVector(vector, open, options))
}

async function tryVector(
  vector: ClientVector,
  open: () => Promise<ClientScene>,
  { clock, timeoutMs = 5000, quietMs = 20 }: RunOptions,
): Promise<Verdict> {
  const { client, wire } = await open()
  try {
    if (client.batch === undefined && vector.calls.some((call) => Array.isArray(call))) {
      return { vector, status: "skipped", why: "the client has no batches" }
    }
    const mailbox = new Mailbox(wire, clock)
    const outcomes = makeCalls(client, vector)
    const fail = (why: string): Verdict => ({ vector, status: "failed", why })

    await mailbox.until(() => mailbox.messages.length >= vector.calls.length, timeoutMs)
    const requests = new RequestReader()
    const problem = requests.read(mailbox.messages, vector.calls)
    if (problem !== undefined) return fail(`the client sent something else: ${problem}`)
    await perform(vector.server, requests, wire, client)

    const { answers = [] } = vector
    const answered = (): readonly unknown[] => mailbox.messages.slice(vector.calls.length)
    if (answers.length > 0) await mailbox.until(() => answered().length >= answers.length, timeoutMs)
    const ends = await withTimeout(outcomes, timeoutMs, clock)
    if (ends === undefined) return fail("a call waits for ever")
    await mailbox.until(() => answered().length > answers.length, quietMs)

    const why = mismatch(answers, answered(), { ordered: false }) ?? outcomeMismatch(vector.outcomes, ends)
    return why === undefined ? { vector, status: "passed" } : fail(why)
  } finally {
    await client.close()
    await wire.close()
  }
}

async function makeCalls(client: TriedClient, { calls }: ClientVector): Promise<Outcome[]> {
  const outcomes = calls.map((call): Promise<readonly Outcome[]> => {
    if (isBatch(call)) return client.batch?.(call) ?? Promise.resolve([])
    const { method, params, isNotification = false } = call
    if (!isNotification) return settle(client.request(method, params))
    client.notify(method, params)
    return Promise.resolve([])
  })
  return (await Promise.all(outcomes)).flat()
}

async function perform(
  moves: readonly ServerMove[],
  requests: RequestReader,
  wire: Wire,
  client: TriedClient,
): Promise<void> {
  for (const move of moves) {
    if ("send" in move) wire.send(requests.fillIn(vectorText(move.send)))
    else if ("silence" in move) client.runOutOfTime?.()
    else await wire.close()
  }
}

function withTimeout<T>(promise: Promise<T>, timeoutMs: number, clock: RunOptions["clock"]): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(timeoutMs, () => resolve(undefined))
    void promise.then(resolve, reject).finally(() => timer.cancel())
  })
}

function isBatch(call: ClientCall | readonly ClientCall[]): call is readonly ClientCall[] {
  return Array.isArray(call)
}
